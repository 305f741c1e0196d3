import { Deadline } from '../deadline';
import { CancelledError, ProtocolError } from '../errors';
import { toDeviceException } from '../python/traceback';
import type { RawRepl } from '../repl/raw-repl';
import { enterOrReset } from './rescue';
import { deviceReset } from './session-errors';
import type { SessionOptions } from './session-options';

/** Milliseconds for `initCode`. */
const INIT_LIMIT = 30_000;

/** What the preparation tells the session. */
export interface PreparationHost {
  /** Pulls the reset line; nothing when the link has none. */
  hardReset(): Promise<void> | undefined;
  /** The interpreter is a new one. */
  restarted(): void;
  /** The link is open and nobody can use it. */
  unusable(reason: ProtocolError): void;
  /** What `initCode` printed. */
  output(bytes: Buffer): void;
  /** `initCode` failed; commands run all the same. */
  warn(error: unknown): void;
}

/**
 * What comes between a link and the first command, after each (re)connect and each restart of the device:
 * the raw REPL, `softResetOnConnect`, `initCode`. One at a time, so that only one reads from the link.
 */
export class Preparation {
  /** The device has to be initialised before the next command. */
  needed = true;
  /** It answered, but not as a raw REPL, and hung up: opening it again makes it no device. */
  hungUp: ProtocolError | undefined;
  #running: Promise<void> | undefined;
  #hasReset = false;
  #stop = new AbortController();

  constructor(
    private readonly address: string,
    private readonly options: SessionOptions,
    private readonly host: PreparationHost,
  ) {}

  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Prepares the device, or joins who does so. */
  run(repl: RawRepl): Promise<void> {
    this.#running ??= this.#run(repl).finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Gets the device to its raw prompt, by resets where they are allowed. */
  async enter(repl: RawRepl): Promise<void> {
    const resets = {
      allowed: this.options.allowReset ?? false,
      hard: () => this.host.hardReset(),
      done: () => this.host.restarted(),
    };
    try {
      await enterOrReset(repl, resets, this.#stop.signal);
      this.hungUp = undefined;
      if (repl.sawRestart) this.host.restarted();
      repl.sawRestart = false;
    } catch (error) {
      // The link is open and nobody can use it: that is no `ready`.
      if (error instanceof ProtocolError) {
        if (repl.reader.end) this.hungUp = error;
        else this.host.unusable(error);
      }
      throw error;
    }
  }

  /** Ends what is under way. */
  stop(reason: Error): void {
    this.#stop.abort(reason);
    this.#stop = new AbortController();
  }

  async #run(repl: RawRepl): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; ; attempt++) {
      if (repl.mode !== 'raw') await this.enter(repl);
      if (!this.needed) return;
      if (this.options.softResetOnConnect && !this.#hasReset) {
        await repl.softReset(signal);
        this.#hasReset = true;
      }
      this.needed = false;
      if (!this.options.initCode) return;
      await this.#runInitCode(repl, this.options.initCode, signal);
      // A device that restarted meanwhile has to be initialised again; one whose initCode restarts it is let be.
      if (attempt === 2) this.needed = false;
    }
  }

  async #runInitCode(repl: RawRepl, code: string, signal: AbortSignal): Promise<void> {
    const { address, host } = this;
    const doing = 'running the setup code';
    const limit = new Deadline(
      INIT_LIMIT,
      () => new CancelledError('TIMED_OUT', `${doing} on ${address} timed out after ${INIT_LIMIT} ms`, { address }),
      signal,
    );
    try {
      const end = await repl.exec({ code: Buffer.from(code), onOutput: (bytes) => host.output(bytes) }, limit.signal);
      if (end.kind === 'raised') {
        host.warn(toDeviceException(end.stderr.toString(), { output: '', address, doing }));
      } else if (end.kind !== 'completed' && end.kind !== 'ended') {
        host.restarted();
        host.warn(deviceReset(address, doing));
      }
    } catch (error) {
      if (!limit.signal.aborted || signal.aborted) throw error;
      host.warn(error);
      await repl.enter(signal);
    } finally {
      limit.clear();
    }
  }
}
