/**
 * A byte stream behind a real pseudo-terminal: what a host program opens as a serial port.
 *
 *   host program -> path (/dev/pts/N) -> kernel, 4096 bytes -> onData
 *   host program <- path              <- kernel, 4096 bytes <- write
 *
 * A side that does not read slows the other down, as a USB serial port does. Linux and macOS.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';
import { promisify } from 'node:util';

export interface Pty {
  /** What the host opens. Not used again by the system before `close`. */
  readonly path: string;
  /** A descriptor of the host's end, to be given to a child process as its terminal; valid until `close`. */
  readonly hostFd: number;
  /** Resolves when the kernel has taken all bytes, in the order of the calls; rejects when the pty was unplugged meanwhile. */
  write(bytes: Uint8Array): Promise<void>;
  /** Bytes from the host. Without a listener they stay in the kernel, so that the host's writes do not complete. */
  onData(listener: (chunk: Buffer) => void): void;
  /** Stops reading, so that the host's writes pile up. */
  pause(): void;
  resume(): void;
  /**
   * The host's end hangs up and its path disappears, as when a cable is pulled. A child process that was started while
   * the pty was open may keep it from doing so: start such through `withoutInheritedFiles`.
   */
  unplug(): void;
  /** Resolves when the host's end has hung up. */
  readonly unplugged: Promise<void>;
  /** Releases everything. Idempotent. */
  close(): Promise<void>;
}

/** What node-pty's native part offers. Its public `open` starts to read both ends at once, so bytes would be lost. */
interface NativePty {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
}

/** Turns of the event loop in which a full kernel buffer is tried again at once, before timers take over. */
const EAGER_TRIES = 100;

export async function openPty(): Promise<Pty> {
  const { requireBinary } = createRequire(__filename)('@lydell/node-pty/requireBinary.js') as {
    requireBinary: (this: void, file: string) => NativePty;
  };
  const { master: fd, slave, pty: path } = requireBinary('pty.node').open(80, 24);
  // Held open: otherwise our end reports an error in all the moments in which no host has the port open.
  // Opened anew, because the native part's own descriptor is non-blocking, which the terminal of a process must not be.
  const hostFd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  closeSync(slave);
  // Otherwise the terminal echoes what is written before a host has opened it, and turns line ends.
  await promisify(execFile)('stty', [process.platform === 'linux' ? '-F' : '-f', path, 'raw', '-echo']);
  const master = new ReadStream(fd);
  let closed = false;
  let gone = false;
  let turn: Promise<void> = Promise.resolve();
  master.on('error', () => {});
  const unplugged = new Promise<void>((resolve) => master.once('close', resolve));
  void unplugged.then(() => (gone = true));

  // The stream's own write would block this process until the host has read, and the host may be this process.
  const writeAll = async (bytes: Uint8Array) => {
    let tries = 0;
    for (let offset = 0; offset < bytes.length;) {
      if (gone) throw new Error(`writing to ${path}: it was unplugged`);
      try {
        offset += writeSync(fd, bytes, offset);
        tries = 0;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        tries++;
        await new Promise<void>((resolve) => (tries < EAGER_TRIES ? setImmediate(resolve) : setTimeout(resolve, 1)));
      }
    }
  };
  const unplug = () => {
    gone = true;
    master.destroy();
  };
  return {
    path,
    hostFd,
    write: (bytes) => {
      const written = turn.then(() => writeAll(bytes));
      turn = written.catch(() => {});
      written.catch(() => {});
      return written;
    },
    onData: (listener) => void master.on('data', listener),
    pause: () => void master.pause(),
    resume: () => void master.resume(),
    unplug,
    unplugged,
    close: async () => {
      unplug();
      if (!closed) closeSync(hostFd);
      closed = true;
      await turn;
      await unplugged;
    },
  };
}
