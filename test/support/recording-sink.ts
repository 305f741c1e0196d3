import type { ByteSink } from '../../src/lib/transport/transport';
import { within } from './within';

/** A sink that keeps what it is told, and lets a test wait for it. */
export class RecordingSink implements ByteSink {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  readonly #waiting = new Set<() => void>();
  /** One entry a call of `closed`, its argument. */
  readonly closings: (Error | undefined)[] = [];

  data(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#wake();
  }

  closed(error?: Error): void {
    this.closings.push(error);
    this.#wake();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  /** Everything received so far, as soon as it is `count` bytes or more. */
  async receive(count: number, ms = 5000): Promise<Buffer> {
    await this.#until(
      () => this.#length >= count,
      ms,
      () => `${count} bytes (${this.#length} came)`,
    );
    return this.bytes;
  }

  /** Everything received so far, as soon as it holds `text`. */
  async receiveText(text: string, ms = 5000): Promise<string> {
    await this.#until(
      () => this.text.includes(text),
      ms,
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.text)}`,
    );
    return this.text;
  }

  /** The argument of the first call of `closed`. */
  async whenClosed(ms = 5000): Promise<Error | undefined> {
    await this.#until(
      () => this.closings.length > 0,
      ms,
      () => 'sink.closed',
    );
    return this.closings[0];
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #until(done: () => boolean, ms: number, what: () => string): Promise<void> {
    if (done()) return;
    let wake = () => {};
    const happened = new Promise<void>((resolve) => {
      wake = () => {
        if (done()) resolve();
      };
      this.#waiting.add(wake);
    });
    try {
      await within(happened, ms, 'it').catch(() => {
        throw new Error(`${what()} not received within ${ms} ms`);
      });
    } finally {
      this.#waiting.delete(wake);
    }
  }
}
