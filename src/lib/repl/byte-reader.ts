import { printable } from '../errors';
import { trace, tracing } from '../trace';
import type { ByteSink } from '../transport/transport';

/**
 * Pushed chunks as awaited reads. One reader at a time; nothing is ever dropped.
 * What arrived before the link broke is delivered before the error.
 */
export class ByteReader implements ByteSink {
  #chunks: Buffer[] = [];
  #end: Error | undefined;
  #wake: (() => void) | undefined;
  #onIdle: (() => void) | undefined;

  /**
   * @param address of the device, for the trace
   * @param endedOnPurpose makes the error for reads after the link was closed by this side
   * @param onClosed told once when the link is gone, with the reason
   */
  constructor(
    private readonly address: string,
    private readonly endedOnPurpose: () => Error,
    private readonly onClosed: (error: Error) => void = () => {},
  ) {}

  data(chunk: Uint8Array): void {
    if (tracing()) trace('<--', this.address, printable(chunk));
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (this.#wake) this.#wake();
    else this.#onIdle?.();
  }

  closed(error?: Error): void {
    if (this.#end) return;
    this.#end = error ?? this.endedOnPurpose();
    this.#wake?.();
    this.onClosed(this.#end);
  }

  /** Tells `listener` when bytes arrive that nobody waits for. */
  whenIdle(listener: (() => void) | undefined): void {
    this.#onIdle = listener;
  }

  /** The reason why the link is gone. */
  get end(): Error | undefined {
    return this.#end;
  }

  /** The next chunk, of any size. @throws the signal's reason, or why the link is gone */
  next(signal?: AbortSignal): Promise<Buffer> {
    return this.#wait(undefined, signal) as Promise<Buffer>;
  }

  /** The next chunk, or `undefined` when none came within `ms` milliseconds. */
  nextWithin(ms: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    return this.#wait(ms, signal);
  }

  // One promise, one timer, no controller: this is on the path of every command.
  #wait(ms: number | undefined, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
    const chunk = this.#chunks.shift();
    if (chunk) return Promise.resolve(chunk);
    if (this.#end) return Promise.reject(this.#end);
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        const arrived = this.#chunks.shift();
        if (arrived) resolve(arrived);
        else if (this.#end) reject(this.#end);
        else if (signal?.aborted) reject(signal.reason as Error);
        else resolve(undefined);
      };
      const timer = ms === undefined ? undefined : setTimeout(finish, ms);
      this.#wake = finish;
      signal?.addEventListener('abort', finish);
    });
  }

  /** Puts bytes back, to be read first. */
  unread(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.unshift(chunk);
  }

  /** Everything that has arrived and was not read, without waiting. */
  takeAll(): Buffer {
    if (this.#chunks.length === 0) return EMPTY;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return all;
  }
}

const EMPTY = Buffer.alloc(0);
