/** unix-dgram declares no types. */
declare module 'unix-dgram' {
  interface DatagramSocket {
    on(event: 'error' | 'congestion', listener: (reason: unknown) => void): void
    send(bytes: Buffer, offset: number, length: number, path: string): void
    close(): void
  }
  export function createSocket(type: 'unix_dgram'): DatagramSocket
}
