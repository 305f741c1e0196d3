import { SerialPort } from 'serialport';
import type { Contender } from './rounds';

const LIMIT = 10_000;

/**
 * What somebody would write who needs one command over and over and nothing else: npm `serialport`, the bytes, a wait
 * for the end of the reply. No queue, no timeout for a command, no value, no errors: the yardstick of the library.
 */
export class HandWrittenLoop implements Contender {
  readonly name = 'hand-written loop';
  #port: SerialPort | undefined;
  #received: Buffer = Buffer.alloc(0);
  #end: Buffer = Buffer.alloc(0);
  #resolve = () => {};

  /**
   * @param path of the serial port
   * @param command the bytes of one command with the Ctrl-D at their end
   */
  constructor(
    private readonly path: string,
    private readonly command: Buffer,
  ) {}

  async open(): Promise<void> {
    const port = new SerialPort({ path: this.path, baudRate: 115200, autoOpen: false });
    this.#port = port;
    port.on('error', () => {});
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    port.on('data', (chunk: Buffer) => this.#take(chunk));
    await this.#send(Buffer.from('\x03\x01'), Buffer.from('exit\r\n>'));
  }

  /** One command. */
  run(): Promise<void> {
    return this.#exchange(this.command, END_OF_REPLY);
  }

  async close(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    if (!port?.isOpen) return;
    await this.#send(Buffer.from('\x02'), Buffer.from('>>> '), port);
    await new Promise<void>((resolve) => port.close(() => resolve()));
  }

  #exchange(bytes: Buffer, end: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#end = end;
      this.#resolve = resolve;
      this.#port!.write(bytes);
    });
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const from = this.#received.length - this.#end.length;
    if (from < 0 || this.#received.compare(this.#end, 0, this.#end.length, from) !== 0) return;
    this.#received = Buffer.alloc(0);
    this.#resolve();
  }

  async #send(bytes: Buffer, end: Buffer, port = this.#port!): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.path} does not answer the hand-written loop`)), LIMIT);
    });
    this.#port = port;
    await Promise.race([this.#exchange(bytes, end), late]).finally(() => clearTimeout(timer));
    if (bytes[0] === 2) this.#port = undefined;
  }
}

/** End of output, of the traceback (none), prompt. */
const END_OF_REPLY = Buffer.from('\x04\x04>');
