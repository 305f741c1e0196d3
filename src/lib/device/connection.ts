import { orAbort } from '../deadline';
import { MicroPythonError, TransportError } from '../errors';
import { ByteReader } from '../repl/byte-reader';
import { RawRepl } from '../repl/raw-repl';
import { trace } from '../trace';
import type { Transport, TransportTraits } from '../transport/transport';
import { reconnectDelay } from './reconnect-delay';
import type { SessionOptions } from './session-options';

/** Until a link has told better: nothing that a UART with a small ring could not bear. */
const CAREFUL: TransportTraits = { pushesBack: false, eightBit: true, rawPaste: true };
/** A link that lived for fewer milliseconds is no success: a server that hangs up at once is not asked without pause. */
const SHORT_LIFE = 5000;
/** Looking for an absent device costs a list of ports, so it is looked for more often than a refused one is retried. */
const ABSENT_DELAY = 2000;
/** Not worth retrying unasked: the answer will be the same. */
const HOPELESS = new Set(['AUTH_FAILED', 'INVALID_ADDRESS', 'INVALID_ARGUMENT']);
/** Commands do not wait for these to go away by themselves. */
const FINAL = new Set([...HOPELESS, 'PERMISSION_DENIED']);

/**
 * The link of one session, made anew at every reconnect: look the device up, open a transport, hand over a raw REPL.
 * Knows when to try again; knows nothing of commands.
 */
export class Connection {
  onUp: (repl: RawRepl) => void = () => {};
  onDown: (error: Error) => void = () => {};
  onConnecting: () => void = () => {};
  onFailed: (error: Error, final: boolean) => void = () => {};

  /** The raw REPL of the link that is open now. */
  repl: RawRepl | undefined;
  /** Why nothing may connect now. */
  paused: Error | undefined;

  #transport: Transport | undefined;
  #traits = CAREFUL;
  #attempt: Promise<RawRepl> | undefined;
  #opening: AbortController | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Links in a row that broke soon. */
  #shortLives = 0;
  #openedAt = 0;
  #everUp = false;
  #keepTrying = false;
  #lastError: Error | undefined;
  #waiters: { resolve: (repl: RawRepl) => void; reject: (reason: Error) => void }[] = [];

  /**
   * @param locate looks the device up and makes a transport, unopened; called at every attempt
   * @param predecessor settles when an older user of the same port has let go of it
   */
  constructor(
    private readonly address: string,
    private readonly options: SessionOptions,
    private readonly locate: () => Promise<Transport>,
    private readonly predecessor: Promise<unknown> = Promise.resolve(),
  ) {}

  get up(): boolean {
    return this.repl !== undefined;
  }

  /** The device was there and is gone, or could not be reached when it was last tried. */
  get lost(): boolean {
    return !this.up && this.#lastError !== undefined;
  }

  get traits(): TransportTraits {
    return this.#traits;
  }

  /** Tries once; joins an attempt under way. */
  attempt(signal?: AbortSignal): Promise<RawRepl> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.paused) return Promise.reject(this.paused);
    if (this.repl) return Promise.resolve(this.repl);
    this.#attempt ??= this.#open().finally(() => (this.#attempt = undefined));
    if (!signal) return this.#attempt;
    return orAbort(this.#attempt, signal);
  }

  /** Resolves when the link is up. Rejects when it is not worth waiting for. */
  async untilUp(): Promise<RawRepl> {
    if (this.#retryTimer && this.options.offline === 'fail' && this.#lastError) throw this.#lastError;
    try {
      return await this.attempt();
    } catch (error) {
      if (this.paused ?? this.#isFinal(error)) throw error;
    }
    return this.repl ?? new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** From now on, have the link open. */
  keepTrying(): void {
    this.#keepTrying = true;
    if (!this.up && !this.paused) this.attempt().catch(() => {});
  }

  /** Lets no attempt begin until `resume`. */
  pause(reason: Error): void {
    this.paused = reason;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#opening?.abort(reason);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
  }

  resume(): void {
    this.paused = undefined;
  }

  /** Closes the link, if there is one, and waits until it is closed. */
  async drop(reason: Error): Promise<void> {
    this.#opening?.abort(reason);
    const attempt = this.#attempt;
    const transport = this.#transport;
    this.#transport = undefined;
    this.repl = undefined;
    await transport?.close();
    await attempt?.catch(() => {});
  }

  /** Pulls the reset line; nothing when the link has none. */
  hardReset(): Promise<void> | undefined {
    if (!this.repl || !this.#transport?.hardReset) return undefined;
    this.repl.mode = 'unknown';
    return this.#transport.hardReset();
  }

  async #open(): Promise<RawRepl> {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.onConnecting();
    const opening = (this.#opening = new AbortController());
    let transport: Transport | undefined;
    try {
      await this.predecessor;
      transport = await this.locate();
      opening.signal.throwIfAborted();
      const opened = transport;
      const reader = new ByteReader(
        this.address,
        () => this.#closedOnPurpose(),
        (error) => this.#lost(opened, error),
      );
      await transport.open(reader, opening.signal);
      opening.signal.throwIfAborted();
      if (reader.end) throw reader.end;
      this.#transport = transport;
      this.#traits = transport.traits;
      this.repl = new RawRepl(transport, reader);
      this.#failures = 0;
      this.#openedAt = performance.now();
      this.#everUp = true;
      this.#lastError = undefined;
      trace('---', this.address, 'connected');
      this.onUp(this.repl);
      for (const waiter of this.#waiters.splice(0)) waiter.resolve(this.repl);
      return this.repl;
    } catch (error) {
      await transport?.close();
      throw this.#failed(error);
    } finally {
      this.#opening = undefined;
    }
  }

  #failed(error: unknown): Error {
    if (this.paused) return this.paused;
    const failure =
      error instanceof MicroPythonError
        ? error
        : new TransportError('OPEN_FAILED', `connecting to ${this.address} failed: ${String(error)}`, {
            address: this.address,
            cause: error,
          });
    this.#failures++;
    this.#lastError = failure;
    trace('---', this.address, `not connected: ${failure.message}`);
    this.#retryLater(failure);
    const final = this.#isFinal(failure);
    if (final) for (const waiter of this.#waiters.splice(0)) waiter.reject(failure);
    this.onFailed(failure, final);
    return failure;
  }

  #lost(transport: Transport, error: Error): void {
    if (transport !== this.#transport) return;
    this.#transport = undefined;
    this.repl = undefined;
    this.#lastError = error;
    this.#shortLives = performance.now() - this.#openedAt < SHORT_LIFE ? this.#shortLives + 1 : 0;
    trace('---', this.address, `lost: ${error.message}`);
    void transport.close();
    this.onDown(error);
    this.#retryLater(error);
  }

  #retryLater(error: Error): void {
    if (this.paused || this.#retryTimer || HOPELESS.has((error as { code?: string }).code ?? '')) return;
    if (!this.#keepTrying && !this.#everUp) return;
    const absent = (error as { code?: string }).code === 'PORT_NOT_FOUND';
    const backoff = reconnectDelay(Math.max(1, this.#failures, this.#shortLives));
    const wait = absent ? Math.min(backoff, ABSENT_DELAY) : backoff;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.attempt().catch(() => {});
    }, wait);
  }

  #isFinal(error: unknown): boolean {
    if (!this.#everUp || this.options.offline === 'fail') return true;
    return FINAL.has((error as { code?: string }).code ?? '');
  }

  #closedOnPurpose(): Error {
    return this.paused ?? new TransportError('DEVICE_CLOSED', `${this.address} was closed`, { address: this.address });
  }
}
