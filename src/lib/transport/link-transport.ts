import { Deadline } from '../deadline';
import { TransportError } from '../errors';
import type { ByteSink, Transport, TransportTraits } from './transport';
import { WriteQueue, type WriteQueueOptions } from './write-queue';

export interface LinkTransportOptions extends WriteQueueOptions {
  /** Milliseconds to wait for a connection; default 10000. */
  connectTimeout?: number;
}

/**
 * The life of a link, the same for every kind:
 *
 *   new -> opening -> open -> closed        closed from anywhere; the first reason wins
 *
 * A kind of link adds `connect`, `send` and `disconnect`, and calls `received` and `lost`.
 */
export abstract class LinkTransport implements Transport {
  abstract readonly traits: TransportTraits;
  readonly #connectTimeout: number;
  readonly #writes: WriteQueue;
  #phase: 'new' | 'opening' | 'open' | 'closed' = 'new';
  #sink: ByteSink | undefined;
  #deadline: Deadline | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    readonly address: string,
    options: LinkTransportOptions = {},
  ) {
    this.#connectTimeout = options.connectTimeout ?? 10_000;
    this.#writes = new WriteQueue(
      (slice, done) => this.send(slice, done),
      (ms) => this.lost(`the other end has taken nothing for ${ms / 1000} s`),
      options,
    );
  }

  /** Connects and resolves when bytes can flow. Rejects at once when `signal` fires. `disconnect` is called after a failure. */
  protected abstract connect(signal: AbortSignal): Promise<void>;
  /** Hands one slice to the operating system. */
  protected abstract send(slice: Uint8Array, done: (error?: Error | null) => void): void;
  /**
   * Releases everything within 2 s, at any moment, any number of times; never rejects.
   * @param graceful let the other end take what was written before
   */
  protected abstract disconnect(graceful: boolean): Promise<void>;

  open(sink: ByteSink, signal: AbortSignal): Promise<void> {
    if (this.#phase !== 'new') {
      const why = this.#phase === 'closed' ? 'it was closed already' : 'it was opened before';
      return Promise.reject(
        this.#error('OPEN_FAILED', `cannot open ${this.address}: ${why}, and a transport is used once`),
      );
    }
    this.#phase = 'opening';
    this.#opening = this.#open(sink, signal);
    return this.#opening;
  }

  async #open(sink: ByteSink, signal: AbortSignal): Promise<void> {
    const late = () => this.openFailed(`no answer within ${this.#connectTimeout / 1000} s`);
    const deadline = new Deadline(this.#connectTimeout, late, signal);
    this.#deadline = deadline;
    this.#sink = sink;
    try {
      deadline.signal.throwIfAborted();
      await this.connect(deadline.signal);
      // Lost or closed in the moment between.
      deadline.signal.throwIfAborted();
      this.#phase = 'open';
    } catch (error) {
      this.#phase = 'closed';
      this.#sink = undefined;
      const reason: unknown = deadline.signal.aborted ? deadline.signal.reason : error;
      this.#writes.fail(this.#error('CONNECTION_LOST', `writing to ${this.address}: it could not be opened`, reason));
      await this.disconnect(false);
      throw reason;
    } finally {
      deadline.clear();
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#phase === 'new' || this.#phase === 'opening') {
      return Promise.reject(this.#error('CONNECTION_LOST', `writing to ${this.address}: it is not open yet`));
    }
    return this.#writes.write(bytes);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const phase = this.#phase;
    this.#writes.fail(this.#error('CONNECTION_LOST', `writing to ${this.address}: the link was closed`));
    if (phase === 'opening') {
      this.#deadline?.abort(this.#error('DEVICE_CLOSED', `opening ${this.address}: closed meanwhile`));
      await this.#opening?.catch(() => {});
      return;
    }
    this.#phase = 'closed';
    if (phase === 'new') return;
    await this.disconnect(phase === 'open');
    if (phase === 'open') this.#tellClosed();
  }

  /** Bytes came. */
  protected received(chunk: Uint8Array): void {
    if (chunk.length > 0 && this.#phase !== 'closed') this.#sink?.data(chunk);
  }

  /** The link broke: ends an `open` that is under way, else tells the sink. Any call but the first is ignored. */
  protected lost(what: string, cause?: unknown): void {
    if (this.#phase === 'opening') this.#deadline?.abort(this.openFailed(what, cause));
    if (this.#phase !== 'open') return;
    this.#phase = 'closed';
    const error = this.#error('CONNECTION_LOST', `the connection to ${this.address} was lost: ${what}`, cause);
    this.#writes.fail(error);
    void this.disconnect(false);
    this.#tellClosed(error);
  }

  protected openFailed(what: string, cause?: unknown): TransportError {
    return this.#error('OPEN_FAILED', `cannot open ${this.address}: ${what}`, cause);
  }

  #tellClosed(error?: TransportError): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.closed(error);
  }

  #error(code: 'OPEN_FAILED' | 'CONNECTION_LOST' | 'DEVICE_CLOSED', message: string, cause?: unknown): TransportError {
    return new TransportError(code, message, { address: this.address, cause });
  }
}
