import { readSync, writeSync } from 'node:fs';

/**
 * Reading and writing for a port that the package `serialport` (13.0) has opened on Linux or macOS, in place of its own,
 * which has two faults that a device that is unplugged and replugged for months runs into:
 *
 * - Its read takes "0 bytes", which is how a hung-up terminal answers, for "try again", and tries for ever at full
 *   speed (bindings-cpp, lib/unix-read.ts). Whether an unplug ends so depends on what the reader is doing just then.
 * - Its poller forgets that somebody waits for reading when somebody starts to wait for writing, and the reverse
 *   (bindings-cpp, src/poller.cpp: `uv_poll_start` gets the new event only). A write that waits for room then waits
 *   until the device says something, and a device that waits for its output to be taken is not heard.
 *
 * Here a wait always asks for all that is waited for. The descriptor is non-blocking, so reads and writes are done at
 * once, without the detour over the thread pool.
 */
export function takeOverUnixPort(port: unknown): void {
  if (!isUnixPort(port)) return;
  const { poller } = port;
  const waits = new Map<PollEvent, Wait>();
  const arm = () => {
    let flags = 0;
    for (const event of waits.keys()) flags |= FLAGS[event];
    // 0 stops it: after an event the native poller goes on with every kind of event that was ever asked for.
    poller.poll(flags);
  };
  for (const event of ['readable', 'writable'] as const) {
    poller.on(event, (error) => {
      const wait = waits.get(event);
      waits.delete(event);
      // After an error the poller has stopped, and may have been destroyed.
      if (error) wait?.reject(error);
      else {
        arm();
        wait?.resolve();
      }
    });
  }
  const until = (event: PollEvent) =>
    new Promise<void>((resolve, reject) => {
      if (port.fd === null) return reject(canceled());
      waits.set(event, { resolve, reject });
      arm();
    });

  port.read = async (buffer, offset, length) => {
    for (;;) {
      // Waits first, so that a flood of output leaves the event loop a turn between two reads.
      await until('readable');
      const bytesRead = attempt(port, (fd) => readSync(fd, buffer, offset, length, null));
      if (bytesRead === 0) throw new Error('the port hung up');
      if (bytesRead !== undefined) return { buffer, bytesRead };
    }
  };
  port.write = async (buffer) => {
    for (let offset = 0; offset < buffer.length;) {
      const from = offset;
      const written = attempt(port, (fd) => writeSync(fd, buffer, from));
      if (written === undefined) await until('writable');
      else offset += written;
    }
  };
  // The native poller is never collected (bindings-cpp, src/poller.cpp: it holds its callback, which holds it), and
  // what listens to it is not either: the port, with all that was read from it.
  const close = port.close.bind(port);
  port.close = () => close().finally(() => poller.removeAllListeners());
}

/** The result, or `undefined` when the system says "not now". */
function attempt(port: UnixPort, operation: (fd: number) => number): number | undefined {
  if (port.fd === null) throw canceled();
  try {
    return operation(port.fd);
  } catch (error) {
    if (NOT_NOW.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const NOT_NOW = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR']);

/** What the stream above takes for "closed on purpose". */
function canceled(): Error {
  return Object.assign(new Error('the port was closed'), { canceled: true });
}

type PollEvent = 'readable' | 'writable';

/** Of bindings-cpp, lib/poller.ts; the values of libuv. */
const FLAGS: Readonly<Record<PollEvent, number>> = { readable: 1, writable: 2 };

interface Wait {
  resolve: () => void;
  reject: (error: Error) => void;
}

/** What this needs of bindings-cpp's LinuxPortBinding and DarwinPortBinding. */
interface UnixPort {
  readonly fd: number | null;
  readonly poller: {
    on(event: PollEvent, listener: (error: Error | null) => void): void;
    poll(flags: number): void;
    removeAllListeners(): void;
  };
  close(): Promise<void>;
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
  write(buffer: Buffer): Promise<void>;
}

function isUnixPort(port: unknown): port is UnixPort {
  const { fd, poller } = (port ?? {}) as { fd?: unknown; poller?: { poll?: unknown } };
  return typeof fd === 'number' && typeof poller?.poll === 'function';
}
