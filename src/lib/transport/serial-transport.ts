import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import { atMost, delay, orAbort } from '../deadline';
import { ArgumentError, TransportError } from '../errors';
import { LinkTransport, type LinkTransportOptions } from './link-transport';
import { portVerdict } from './list-ports';
import { loadSerialPort } from './load-serialport';
import { serialOpenCode, serialOpenError } from './serial-errors';
import { identifyPort, isPseudoTerminal, systemPath, type PortIds } from './serial-identify';
import { keepLinesOnClose, SerialLines } from './serial-lines';
import type { TransportOptions, TransportTraits } from './transport';
import { takeOverUnixPort } from './unix-port-io';

export interface SerialTransportOptions
  extends LinkTransportOptions, Pick<TransportOptions, 'baudRate' | 'dtr' | 'rts' | 'hupcl' | 'lockRetryMs'> {
  /** Finds the USB ids behind a port, for the traits; default: asks the operating system. */
  identify?: (path: string) => Promise<PortIds | undefined>;
}

/** Milliseconds between two attempts at a port that another program holds. */
const LOCK_RETRY_DELAY = 100;
/** Milliseconds for the system to close a port; with the lines it stays under the 2 s of `close`. */
const CLOSE_LIMIT = 1_500;
/** Milliseconds to find out what is behind a port; without an answer it is treated with care. */
const IDENTIFY_LIMIT = 2_000;

/**
 * A serial port of this computer: USB, UART or pseudo-terminal.
 *
 * Takes an exclusive lock. A port that is locked by somebody else is tried again for `lockRetryMs`, because the
 * system may still be closing it after a redeploy.
 */
export class SerialTransport extends LinkTransport {
  readonly #path: string;
  readonly #options: SerialTransportOptions;
  readonly #baudRate: number;
  // Until it is known what is behind the port: as if it were a UART.
  #traits: TransportTraits = { pushesBack: false, eightBit: true, rawPaste: true };
  #port: SerialPort | undefined;
  #lines: SerialLines | undefined;
  #opening: Promise<void> = Promise.resolve();
  #releasing: Promise<void> | undefined;
  /** Pulses the reset line of an ESP board. There when the port is a bridge, or a chip, that has such a line. */
  hardReset?: () => Promise<void>;

  /**
   * @param path `/dev/ttyACM0`, `/dev/serial/by-id/…`, `COM3`
   * @param options `connectTimeout` is at least `lockRetryMs` and 2 s
   * @param address for messages; default: the path
   * @throws ArgumentError `INVALID_ARGUMENT` for a baud rate that cannot be used
   */
  constructor(path: string, options: SerialTransportOptions = {}, address = path) {
    const { baudRate = 115_200, lockRetryMs = 5_000, connectTimeout = 10_000 } = options;
    checkBaudRate(baudRate, address);
    super(address, {
      ...options,
      // "Another program has it" must not be cut off by "no answer".
      connectTimeout: Math.max(connectTimeout, lockRetryMs + 2_000),
      // At most a second on the line, so that a slow line shows progress.
      sliceSize: options.sliceSize ?? Math.min(16_384, Math.max(32, Math.floor(baudRate / 10))),
    });
    this.#path = systemPath(path);
    this.#options = options;
    this.#baudRate = baudRate;
  }

  get traits(): TransportTraits {
    return this.#traits;
  }

  protected async connect(signal: AbortSignal): Promise<void> {
    await this.#mustBeDevice();
    const identify = this.#options.identify ?? identifyPort;
    const ids = atMost(IDENTIFY_LIMIT, identify(this.#path)).catch(() => undefined);
    const port = await this.#openWhenFree(signal);
    takeOverUnixPort(port.port);
    port.on('close', (error?: Error | null) =>
      this.lost('the device was unplugged, or restarted its USB port', error ?? undefined),
    );
    const { dtr = true, rts = true, hupcl } = this.#options;
    const lines = new SerialLines(port, { dtr, rts });
    this.#lines = lines;
    await lines.raise();
    if (hupcl === false) await keepLinesOnClose(this.#path);
    this.#adapt((await orAbort(ids, signal)) ?? {}, lines);
    port.on('data', (chunk: Buffer) => this.received(chunk));
  }

  async #openWhenFree(signal: AbortSignal): Promise<SerialPort> {
    const { SerialPort } = await loadSerialPort(this.address);
    const { hupcl, lockRetryMs = 5_000 } = this.#options;
    const giveUpAt = performance.now() + lockRetryMs;
    for (;;) {
      signal.throwIfAborted();
      const port = new SerialPort({
        path: this.#path,
        baudRate: this.#baudRate,
        lock: true,
        autoOpen: false,
        ...(hupcl !== undefined && { hupcl }),
      });
      // Stays for ever: an error after close must not end the process.
      port.on('error', () => {});
      this.#port = port;
      this.#opening = new Promise((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
      try {
        await orAbort(this.#opening, signal);
        return port;
      } catch (error) {
        signal.throwIfAborted();
        const busy = serialOpenCode(error) === 'PORT_BUSY';
        if (!busy || performance.now() >= giveUpAt) throw serialOpenError(error, this.address);
        await delay(LOCK_RETRY_DELAY, signal);
      }
    }
  }

  #adapt(ids: PortIds, lines: SerialLines): void {
    const { kind, resetLines } = portVerdict(ids);
    this.#traits = { ...this.#traits, pushesBack: kind === 'native' || isPseudoTerminal(this.#path) };
    if (resetLines) this.hardReset = () => this.#pulseReset(lines);
  }

  protected send(slice: Uint8Array, done: (error?: Error | null) => void): void {
    this.#port?.write(Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength), done);
  }

  protected async disconnect(): Promise<void> {
    this.#releasing ??= this.#release();
    // Goes on without us when the system takes its time to open or close.
    await atMost(CLOSE_LIMIT, this.#releasing);
  }

  async #release(): Promise<void> {
    const port = this.#port;
    await this.#opening.catch(() => {});
    if (port?.isOpen && this.#options.hupcl !== false) await this.#lines?.drop();
    if (port?.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
    else if (port?.closing) await once(port, 'close').catch(() => {});
  }

  async #pulseReset(lines: SerialLines): Promise<void> {
    try {
      await lines.pulseReset();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `resetting ${this.address} by its RTS line failed: ${reason}`;
      throw new TransportError('CONNECTION_LOST', message, { address: this.address, cause: error });
    }
  }

  /** A clear word about a path that is a file or folder: the system would open it, and fail later in strange ways. */
  async #mustBeDevice(): Promise<void> {
    if (process.platform === 'win32') return;
    const found = await stat(this.#path).catch(() => undefined);
    if (!found || found.isCharacterDevice()) return;
    throw this.openFailed(`it is a ${found.isDirectory() ? 'folder' : 'file'}, no serial port`);
  }
}

/** @throws ArgumentError `INVALID_ARGUMENT` */
function checkBaudRate(baudRate: number, address: string): void {
  if (baudRate === 1200) {
    const why = 'opening a port at 1200 baud sends many boards into their bootloader (shared/tinyusb/mp_usbd_cdc.c)';
    throw new ArgumentError('INVALID_ARGUMENT', `cannot use 1200 baud for ${address}: ${why}`, { address });
  }
  if (!Number.isInteger(baudRate) || baudRate < 1) {
    const message = `the baud rate of ${address} must be a whole number above 0, not ${String(baudRate)}`;
    throw new ArgumentError('INVALID_ARGUMENT', message, { address });
  }
}
