import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { ArgumentError, CancelledError, TransportError } from '../errors';
import type { CommandRunner } from '../fs/command-runner';
import { DeviceFs } from '../fs/device-fs';
import { assignments } from '../python/literal';
import type { PythonValue } from '../python/parse-literal';
import { checkCommandOptions } from './check-options';
import { checkCode } from './compose';
import type { DeviceInfo } from './device-info';
import { EvalTask } from './eval-task';
import { ExecTask, MAX_OUTPUT, type ExecResult } from './exec-task';
import { InfoTask } from './info-task';
import { RunTask } from './run-task';
import type { Session } from './session';
import type { SessionOptions } from './session-options';
import type { DeviceState } from './session-state';
import type { Task } from './task';
import { TextOutput } from './text-output';

const DEFAULT_TIMEOUT = 30_000;

/** What both `exec` and `eval` take. */
export interface RunOptions {
  /** Variables to set on the device before the code runs: JS values by Python name. */
  args?: Record<string, unknown>;
  /** Milliseconds that the code may run, not counting the queue; default 30000; 0: no limit. */
  timeout?: number;
  /** Ends the command wherever it is, with `ABORTED`. */
  signal?: AbortSignal;
  /** It does no harm to run the code twice, so run it again when the link broke or the device restarted; default false. */
  repeatable?: boolean;
}

/** What `exec` takes. */
export interface ExecOptions extends RunOptions {
  /** Called with what the code prints while it runs: text with `\n` line ends. One that throws harms nobody. */
  onOutput?: (text: string) => void;
  /** `'utf8'` (default): text with `\n` line ends, bytes that are no UTF-8 replaced. `'buffer'`: the bytes as they came. */
  encoding?: 'utf8' | 'buffer';
  /**
   * Bytes that the code may print; default 4 MiB; 0: no limit. Beyond, the command is ended with `OUTPUT_LIMIT`; with
   * `onOutput` it goes on, and only the end of the output is kept for the result.
   */
  maxOutput?: number;
}

/** What `Device.open` takes: how the device is treated, and how to give up. */
export interface OpenOptions extends SessionOptions {
  /** Gives up connecting, with `ABORTED`. */
  signal?: AbortSignal;
}

/** Makes a lease for `Device.open`; set by the entry point, since a pool makes devices. */
type Opener = (address: string, options: SessionOptions) => Promise<{ device: Device; release(): Promise<void> }>;

/**
 * One user's hold on a MicroPython device. Several may hold one device: they share its connection and queue, and
 * closing one leaves the others working.
 *
 * Events: `state` (DeviceState) whenever it changes; `output` (string) what the device prints between commands;
 * `warning` (Error) what went wrong outside of any command, such as in `initCode`.
 */
export class Device extends EventEmitter implements AsyncDisposable {
  /** @internal */
  static opener: Opener;

  /**
   * Connects to the device at `address`. Sends nothing to it until the first command, so a running `main.py` goes on.
   * @throws ArgumentError for an address or option that cannot be; TransportError when it cannot be reached;
   *   CancelledError `ABORTED`
   */
  static async open(address: string, options: OpenOptions = {}): Promise<Device> {
    const { signal, ...sessionOptions } = options;
    const { device } = await Device.opener(address, sessionOptions);
    try {
      await device.connect({ signal });
      return device;
    } catch (error) {
      await device.close();
      throw error;
    }
  }

  /** Files of the device. */
  readonly fs: DeviceFs;

  #session: Session;
  readonly #release: () => Promise<void>;
  #closed = false;
  #info: { generation: number; promise: Promise<DeviceInfo> } | undefined;
  readonly #onState = (state: DeviceState) => this.#tell('state', state);
  readonly #onOutput = (text: string) => this.#tell('output', text);
  readonly #onWarning = (error: Error) => this.#tell('warning', error);

  /** @internal Use `Device.open`, or `DevicePool.acquire`. */
  constructor(session: Session, release: () => Promise<void>) {
    super();
    this.#session = session;
    this.#release = release;
    this.#listen();
    this.fs = new DeviceFs(this.#runner());
  }

  /** The address as it was given first. */
  get address(): string {
    return this.#session.address;
  }

  /** What the device is doing now. */
  get state(): DeviceState {
    return this.#closed ? { status: 'closed', waiting: 0 } : this.#session.state;
  }

  /**
   * Runs Python statements.
   * @throws DeviceException when they raise; CancelledError `TIMED_OUT`, `ABORTED`, `QUEUE_FULL`, `OUTPUT_LIMIT`;
   *   ProtocolError `NO_RAW_REPL`, `DEVICE_RESET`, `UNEXPECTED_REPLY`; TransportError; ArgumentError before anything
   *   is sent. A program that ends by `sys.exit()` resolves; the interpreter is a new one then.
   */
  exec(code: string, options: ExecOptions & { encoding: 'buffer' }): Promise<ExecResult<Buffer>>;
  exec(code: string, options?: ExecOptions): Promise<ExecResult>;
  async exec(code: string, options: ExecOptions = {}): Promise<ExecResult<string | Buffer>> {
    checkCommandOptions(options, this.address);
    const result = await this.#submit(
      new ExecTask({
        address: this.address,
        code: checkCode(code, 'code', this.address),
        assignments: this.#assignments(options.args),
        timeout: options.timeout ?? DEFAULT_TIMEOUT,
        repeatable: options.repeatable ?? false,
        maxOutput: options.maxOutput ?? MAX_OUTPUT,
        onOutput: options.onOutput,
      }),
      options.signal,
    );
    if (options.encoding === 'buffer') return result;
    const text = new TextOutput();
    return { ...result, output: text.push(result.output) + text.end() };
  }

  /**
   * Evaluates one Python expression to a JS value: `None` to null, int to number or BigInt, bytes to Buffer, list,
   * tuple and set to array, dict to object or Map, anything else to a `PythonObject` with its repr.
   * What the expression prints is not its value. @throws as `exec`
   */
  async eval(expression: string, options: RunOptions = {}): Promise<PythonValue> {
    checkCommandOptions(options, this.address);
    const text = checkCode(expression, 'expression', this.address).trim();
    if (text === '') {
      throw new ArgumentError('INVALID_ARGUMENT', `the expression for ${this.address} is empty`, {
        address: this.address,
      });
    }
    for (const name of ['print', 'eval']) {
      if (!Object.hasOwn(options.args ?? {}, name)) continue;
      throw new ArgumentError(
        'INVALID_ARGUMENT',
        `an argument of eval cannot be named ${name}: eval needs that itself`,
        {
          address: this.address,
        },
      );
    }
    return this.#submit(
      new EvalTask({
        address: this.address,
        expression: text,
        assignments: this.#assignments(options.args),
        timeout: options.timeout ?? DEFAULT_TIMEOUT,
        repeatable: options.repeatable ?? false,
      }),
      options.signal,
    );
  }

  /** What the device is: asked once in one round trip, and again after it restarted. @throws as `exec` */
  info(options: { signal?: AbortSignal } = {}): Promise<DeviceInfo> {
    if (this.#closed) return Promise.reject(this.#closedError('asking what the device is on'));
    const generation = this.#session.generation;
    if (this.#info?.generation === generation) return this.#info.promise;
    const promise = this.#submit(new InfoTask(this.address), options.signal).then((info) => {
      this.#session.platform = info.platform;
      // The first command connects, which is a new generation too.
      this.#info = { generation: this.#session.generation, promise };
      return info;
    });
    return promise;
  }

  /**
   * Opens the link now, or again after `disconnect`. Sends nothing to the device.
   * @throws TransportError; CancelledError `ABORTED`, though others may go on connecting
   */
  async connect(options: { signal?: AbortSignal } = {}): Promise<void> {
    checkCommandOptions(options, this.address);
    this.#assertOpen('connecting to');
    const { signal } = options;
    try {
      await this.#onSession((session) => session.connect(signal));
    } catch (error) {
      if (this.#closed) throw this.#closedError('connecting to');
      if (!signal?.aborted || error !== signal.reason) throw error;
      const { address } = this;
      throw new CancelledError('ABORTED', `connecting to ${address} was aborted`, { address, cause: error });
    }
  }

  /** Lets go of the port for all users, until one calls `connect`, so that another program may flash the board. */
  async disconnect(): Promise<void> {
    this.#assertOpen('disconnecting');
    await this.#onSession((session) => session.release());
  }

  /**
   * Sends Ctrl-C until the running command has ended; that rejects with `DeviceException` KeyboardInterrupt. With no
   * command running it stops what the device does on its own.
   */
  async interrupt(): Promise<void> {
    this.#assertOpen('interrupting');
    await this.#onSession((session) => session.interrupt());
  }

  /** Restarts the interpreter: memory is new, files stay, `main.py` does not run. Waits for its turn. */
  async softReset(options: { signal?: AbortSignal; timeout?: number } = {}): Promise<void> {
    checkCommandOptions(options, this.address);
    await this.#submit(
      {
        doing: 'soft reset',
        timeout: options.timeout ?? DEFAULT_TIMEOUT,
        repeatable: true,
        execute: (context) => context.softReset(),
        outputSoFar: () => '',
      },
      options.signal,
    );
  }

  /**
   * Restarts the chip: over the lines of its UART bridge, which works whatever it is doing, or else by
   * `machine.reset()` when it is its turn. The next command waits for it to come back.
   */
  async hardReset(options: { signal?: AbortSignal } = {}): Promise<void> {
    this.#assertOpen('resetting');
    if (await this.#onSession((session) => session.hardReset())) return;
    await this.#runAndLose('hard reset', 'import machine\nmachine.reset()', options.signal);
  }

  /** Starts the chip's bootloader, for flashing. The port disappears. */
  async bootloader(options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#runAndLose('starting the bootloader', 'import machine\nmachine.bootloader()', options.signal);
  }

  /** Sets the device's clock; default: to this computer's local time. @throws DeviceException when it has no RTC */
  async setClock(date: Date = new Date(), options: { signal?: AbortSignal } = {}): Promise<void> {
    if (!types.isDate(date) || Number.isNaN(date.getTime())) {
      const { address } = this;
      throw new ArgumentError('INVALID_ARGUMENT', `setting the clock of ${address} needs a valid date`, { address });
    }
    const fields = [
      date.getFullYear(),
      date.getMonth() + 1,
      date.getDate(),
      (date.getDay() + 6) % 7, // MicroPython's week begins on Monday
      date.getHours(),
      date.getMinutes(),
      date.getSeconds(),
      0,
    ];
    const code = `import machine\nmachine.RTC().datetime((${fields.join(',')}))`;
    await this.#submit(
      new RunTask(this.address, { doing: 'setting the clock', code, repeatable: true }),
      options.signal,
    );
  }

  /**
   * Ends this user's hold: its commands end with `DEVICE_CLOSED`. The last one to close a device closes the link and
   * leaves the device at its friendly REPL. Idempotent, never rejects.
   */
  close(): Promise<void> {
    return this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Ends this user's commands and stops listening; called by the pool when the lease ends. */
  detach(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session.cancelOwnedBy(this, (doing) => this.#closedError(`${doing} on`));
    this.#deafen();
    this.#tell('state', this.state);
    this.removeAllListeners();
  }

  /** @internal Another session turned out to be that of the same device; called by the pool. */
  adopt(session: Session): void {
    if (this.#closed) return;
    this.#deafen();
    this.#session = session;
    this.#listen();
    this.#tell('state', this.state);
  }

  #listen(): void {
    this.#session.on('state', this.#onState).on('output', this.#onOutput).on('warning', this.#onWarning);
  }

  #deafen(): void {
    this.#session.off('state', this.#onState).off('output', this.#onOutput).off('warning', this.#onWarning);
  }

  /** Does something on the session; again on the one that has taken its place meanwhile. */
  async #onSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    for (;;) {
      const session = this.#session;
      try {
        return await work(session);
      } catch (error) {
        if (session === this.#session || this.#closed) throw error;
      }
    }
  }

  #runner(): CommandRunner {
    const session = () => this.#session;
    return {
      get address() {
        return session().address;
      },
      get traits() {
        return session().traits;
      },
      get generation() {
        return session().generation;
      },
      run: (command, signal) => this.#submit(new RunTask(this.address, command), signal),
      info: (signal) => this.info({ signal }),
    };
  }

  #submit<T>(task: Task<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closedError(`${task.doing} on`));
    try {
      checkCommandOptions({ signal }, this.address);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#session.submit(task, this, signal);
  }

  /** Runs code after which the device is gone; that is its success. */
  async #runAndLose(doing: string, code: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#submit(new RunTask(this.address, { doing, code, timeout: 5000 }), signal);
    } catch (error) {
      const { code: reason } = error as { code?: string };
      if (reason !== 'CONNECTION_LOST' && reason !== 'DEVICE_RESET' && reason !== 'TIMED_OUT') throw error;
    }
  }

  #assignments(args: Record<string, unknown> | undefined): string {
    if (args === undefined) return '';
    try {
      return assignments(args);
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      const { address } = this;
      throw new ArgumentError(error.code, `${error.message} (for ${address})`, { address, cause: error });
    }
  }

  #tell(event: string, value: unknown): void {
    for (const listener of this.rawListeners(event)) {
      try {
        Reflect.apply(listener, this, [value]);
      } catch {
        // A listener that throws harms nobody, the next one least of all.
      }
    }
  }

  #assertOpen(doing: string): void {
    if (this.#closed) throw this.#closedError(doing);
  }

  #closedError(doing: string): TransportError {
    const { address } = this;
    return new TransportError('DEVICE_CLOSED', `${doing} ${address}: it was closed`, { address });
  }
}
