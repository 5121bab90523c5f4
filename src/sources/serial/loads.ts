/** Loads the driver with its native part; rejects with what that throws. */
export async function loadSerialport(): Promise<void> {
  await import('serialport')
}
