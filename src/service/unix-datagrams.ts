/**
 * Sends datagrams to sockets of the file system, which Node itself can't.
 *
 * @throws where unix-dgram is not installed, or could not be compiled here
 */
export async function loadDatagrams(): Promise<(path: string, message: string) => void> {
  const { createSocket } = await import('unix-dgram')
  return (path, message) => {
    const bytes = Buffer.from(message)
    const socket = createSocket('unix_dgram')
    // The receiver may be away for a moment, as systemd is while it re-executes itself.
    socket.on('error', () => {})
    socket.send(bytes, 0, bytes.length, path)
    socket.close()
  }
}
