import { Deadline, atMost, orAbort } from '../deadline';
import { MicroPythonError, TransportError } from '../errors';
import type { ByteSink, Transport, TransportTraits } from './transport';

/** Milliseconds for `close`, as `Transport` promises. */
const CLOSE_LIMIT = 2000;
/** Milliseconds for `hardReset`. */
const RESET_LIMIT = 10_000;

/**
 * Holds a transport from outside this package to the contract: its mistakes become errors with a code, and what it
 * does not settle is given up. Without it, a link that forgets about its signal could hold up a deploy for ever.
 */
export class GuardedTransport implements Transport {
  hardReset?: () => Promise<void>;
  #sink: ByteSink | undefined;
  #closing: Promise<void> | undefined;

  /** @param connectTimeout milliseconds to wait for a connection; default 10000 */
  constructor(
    private readonly inner: Transport,
    readonly address: string,
    private readonly connectTimeout = 10_000,
  ) {
    for (const method of ['open', 'write', 'close'] as const) {
      if (typeof (inner as Partial<Transport> | undefined)?.[method] === 'function') continue;
      throw this.#error(
        'OPEN_FAILED',
        `cannot open ${address}: its factory made no transport, there is no ${method}()`,
      );
    }
  }

  get traits(): TransportTraits {
    return this.inner.traits;
  }

  async open(sink: ByteSink, signal: AbortSignal): Promise<void> {
    this.#sink = sink;
    const guard: ByteSink = { data: (chunk) => this.#received(chunk), closed: (error) => this.#lost(error) };
    const late = () => this.#error('OPEN_FAILED', `cannot open ${this.address}: no answer within ${this.#seconds} s`);
    const deadline = new Deadline(this.connectTimeout, late, signal);
    try {
      await orAbort(
        promised(() => this.inner.open(guard, deadline.signal)),
        deadline.signal,
      );
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason;
      throw this.#coded('OPEN_FAILED', `cannot open ${this.address}`, error);
    } finally {
      deadline.clear();
    }
    if (this.inner.hardReset) this.hardReset = () => this.#reset();
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.inner.write(bytes);
    } catch (error) {
      throw this.#coded('CONNECTION_LOST', `writing to ${this.address}`, error);
    }
  }

  close(): Promise<void> {
    this.#closing ??= atMost(
      CLOSE_LIMIT,
      promised(() => this.inner.close()),
    ).then(
      () => this.#lost(undefined),
      () => this.#lost(undefined),
    );
    return this.#closing;
  }

  async #reset(): Promise<void> {
    const doing = `resetting ${this.address}`;
    const late = () => this.#error('CONNECTION_LOST', `${doing} took longer than ${RESET_LIMIT / 1000} s`);
    const deadline = new Deadline(RESET_LIMIT, late);
    try {
      await orAbort(
        promised(() => this.inner.hardReset?.()),
        deadline.signal,
      );
    } catch (error) {
      throw this.#coded('CONNECTION_LOST', doing, error);
    } finally {
      deadline.clear();
    }
  }

  #received(chunk: unknown): void {
    if (ArrayBuffer.isView(chunk)) return this.#sink?.data(chunk as Uint8Array);
    this.#lost(new TypeError(`its transport hands over a ${typeof chunk} in place of bytes`));
  }

  #lost(error: Error | undefined): void {
    const sink = this.#sink;
    this.#sink = undefined;
    const what = `the connection to ${this.address} was lost`;
    sink?.closed(error === undefined ? undefined : this.#coded('CONNECTION_LOST', what, error));
  }

  get #seconds(): number {
    return this.connectTimeout / 1000;
  }

  #coded(code: 'OPEN_FAILED' | 'CONNECTION_LOST', doing: string, error: unknown): MicroPythonError {
    if (error instanceof MicroPythonError) return error;
    return this.#error(code, `${doing}: ${error instanceof Error ? error.message : String(error)}`, error);
  }

  #error(code: 'OPEN_FAILED' | 'CONNECTION_LOST', message: string, cause?: unknown): TransportError {
    return new TransportError(code, message, { address: this.address, cause });
  }
}

/** The call's promise, a rejected one when it throws. */
async function promised<T>(call: () => T | Promise<T>): Promise<T> {
  return call();
}
