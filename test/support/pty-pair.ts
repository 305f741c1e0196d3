import { closeSync, constants, openSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import * as pty from '@lydell/node-pty';

/** A pseudo-terminal: a serial port of the operating system whose other end a test holds. */
export interface PtyPair {
  /** Path of the end to be opened as a serial port. */
  readonly path: string;
  write(bytes: Uint8Array): void;
  onData(listener: (chunk: Buffer) => void): void;
  pause(): void;
  close(): void;
}

interface OpenedPty {
  readonly _pty: string;
  readonly _master: ReadStream & { write(bytes: Uint8Array): void };
  readonly _slave: ReadStream;
}

export function openPtyPair(): PtyPair {
  const opened = (pty as unknown as { open(options: { encoding: null }): OpenedPty }).open({ encoding: null });
  // Held open, so that the master survives the moments in which nobody else has the port open.
  const keeper = openSync(opened._pty, constants.O_RDWR | constants.O_NOCTTY);
  // node-pty reads this end itself, and would take what is meant for the program under test.
  opened._slave.destroy();
  opened._master.on('error', () => {});
  return {
    path: opened._pty,
    write: (bytes) => void opened._master.write(bytes),
    onData: (listener) => void opened._master.on('data', listener),
    pause: () => void opened._master.pause(),
    close: () => {
      opened._master.destroy();
      closeSync(keeper);
    },
  };
}
