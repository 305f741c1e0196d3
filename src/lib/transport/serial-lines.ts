import { execFile } from 'node:child_process';
import type { SerialPort } from 'serialport';
import { atMost, delay } from '../deadline';

/** Levels of the two lines that a host controls. */
export interface LineLevels {
  readonly dtr: boolean;
  readonly rts: boolean;
}

/** Milliseconds for one change: some drivers never answer for a device that is gone. */
const LINES_LIMIT = 200;
/** Milliseconds that the reset line is held, as esptool does, and then until the boot pin has been read. */
const RESET_PULSE = 100;
const BOOT_PINS = 100;

/**
 * DTR and RTS of a port. On ESP boards two transistors make of them: reset when RTS is on and DTR off, boot pin when
 * DTR is on and RTS off. So they go to the same level when the port is opened, RTS goes before DTR when it is closed
 * (https://github.com/micropython/micropython/issues/9659), and a reset must not end by the state "DTR only".
 */
export class SerialLines {
  readonly #port: SerialPort;
  readonly #levels: LineLevels;

  constructor(port: SerialPort, levels: LineLevels) {
    this.#port = port;
    this.#levels = levels;
  }

  /** The levels that the user wants. Native USB sends nothing while DTR is low (shared/tinyusb/mp_usbd_cdc.c). */
  async raise(): Promise<void> {
    await this.#set(this.#levels).catch(noLines);
  }

  async drop(): Promise<void> {
    await this.#set({ ...this.#levels, rts: false }).catch(noLines);
    await this.#set({ dtr: false, rts: false }).catch(noLines);
  }

  /** Holds the reset pin of an ESP board for a moment. Rejects when the lines cannot be set. */
  async pulseReset(): Promise<void> {
    await this.#set({ dtr: false, rts: true });
    await delay(RESET_PULSE);
    await this.#set({ dtr: false, rts: false });
    await delay(BOOT_PINS);
    await this.#set(this.#levels);
  }

  /** Both lines in one call: otherwise the levels differ for a moment. */
  async #set(levels: LineLevels): Promise<void> {
    const set = new Promise<void>((resolve, reject) => {
      this.#port.set({ ...levels }, (error) => (error ? reject(error) : resolve()));
    });
    await atMost(LINES_LIMIT, set);
  }
}

/** A pseudo-terminal has no lines: ENOTTY or EINVAL. */
function noLines(): void {}

/** Makes Linux and macOS leave DTR as it is on close; the package `serialport` can only make them drop it. */
export async function keepLinesOnClose(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const option = process.platform === 'linux' ? '-F' : '-f';
  await new Promise<void>((resolve) => {
    execFile('stty', [option, path, '-hupcl'], { timeout: 1_000 }, () => resolve());
  });
}
