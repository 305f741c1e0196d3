import { EventEmitter } from 'node:events';
import { atMost } from '../deadline';
import { CancelledError, MicroPythonError, TransportError } from '../errors';
import { mentionsRestart } from '../repl/protocol';
import type { RawRepl } from '../repl/raw-repl';
import type { ReplyEnd } from '../repl/reply-parser';
import { trace } from '../trace';
import type { TransportTraits } from '../transport/transport';
import { CommandQueue } from './command-queue';
import type { Connection } from './connection';
import { Job, type JobHost } from './job';
import { Preparation } from './preparation';
import { deviceClosed, deviceReset, interrupted, isLoss, lostWhile } from './session-errors';
import type { SessionOptions } from './session-options';
import type { DeviceState } from './session-state';
import { StateKeeper } from './state-keeper';
import type { Task, TaskContext } from './task';
import { TextOutput } from './text-output';

/** Milliseconds that a command waits for an absent device when it has no `timeout` of its own. */
const OFFLINE_LIMIT = 30_000;
/** Of all sessions together, so that a device that changes from one to another never takes an old one for its own. */
let generations = 0;

/** Bytes of idle output that are looked at again with the next ones: more than any sign of a restart is long. */
const IDLE_TAIL = 40;
const EMPTY: Buffer = Buffer.alloc(0);
/** Milliseconds for the farewell of a device that is closed. */
const FAREWELL_LIMIT = 400;

/**
 * One device over all its reconnects: the queue, the state, the recovery. Who holds it is the pool's business.
 *
 *   submit(task) -> queue -> [connect] -> [enter raw REPL] -> [initCode] -> task.execute -> settled
 *                                                              cancelled -> recover -> next turn
 *
 * Events: `state` (DeviceState), `output` (string: what the device prints between commands), `warning` (Error).
 */
export class Session extends EventEmitter {
  /** Grows whenever what was defined on the device is gone. */
  generation = ++generations;
  /** `sys.platform`, once known. */
  platform: string | undefined;

  readonly #queue = new CommandQueue();
  readonly #host: JobHost = {
    turn: (job) => (this.#currentTurn = this.#turn(job)),
    leave: (job) => {
      if (this.#queue.remove(job)) this.#countWaiting();
    },
  };
  readonly #connection: Connection;
  readonly #keeper = new StateKeeper((state) => this.emit('state', state));
  readonly #preparation: Preparation;
  #closed: Promise<void> | undefined;
  /** Has taken over: see `handOver`. */
  #successor: Session | undefined;
  #idleText = new TextOutput();
  #idleTail: Buffer = EMPTY;
  #resting = false;
  #leaving: Promise<void> | undefined;
  #releasing: Promise<void> | undefined;

  constructor(
    readonly address: string,
    readonly options: SessionOptions,
    connection: (session: Session) => Connection,
  ) {
    super();
    this.setMaxListeners(0);
    this.#connection = connection(this);
    this.#preparation = new Preparation(address, options, {
      hardReset: () => this.#connection.hardReset(),
      restarted: () => this.#restarted(),
      unusable: (reason) => this.#setStatus('disconnected', reason),
      output: (bytes) => this.#emitOutput(bytes),
      warn: (error) => this.emit('warning', error),
    });
    this.#connection.onUp = (repl) => this.#onUp(repl);
    this.#connection.onDown = (error) => this.#onDown(error);
    this.#connection.onConnecting = () => this.#setStatus('connecting');
    this.#connection.onFailed = (error, final) => this.#onFailed(error, final);
  }

  get state(): DeviceState {
    return this.#keeper.state;
  }

  /** The link is open. */
  get connected(): boolean {
    return this.#connection.up;
  }

  get traits(): TransportTraits {
    return this.#connection.traits;
  }

  /** Opens the link if it is not open. Sends nothing to the device, unless options ask for it. */
  async connect(signal?: AbortSignal): Promise<void> {
    // Else the link that is being let go of would pass for an open one.
    if (this.#releasing) await this.#releasing;
    this.#assertOpen('connecting to');
    this.#connection.resume();
    await this.#connection.attempt(signal);
  }

  /** Keeps trying in the background to have the link open. */
  autoConnect(): void {
    this.#connection.keepTrying();
  }

  /** Lets go of the port until `connect`, so that another program may use it. Commands are refused meanwhile. */
  release(): Promise<void> {
    this.#releasing ??= this.#release().finally(() => (this.#releasing = undefined));
    return this.#releasing;
  }

  async #release(): Promise<void> {
    const reason = new TransportError(
      'DEVICE_CLOSED',
      `${this.address} is released on purpose, so that another program may use it; connect it to go on`,
      { address: this.address },
    );
    this.#connection.pause(reason);
    this.#endAll(reason);
    this.#preparation.stop(reason);
    await this.#farewell();
    await this.#connection.drop(reason);
    this.#setStatus('released', reason);
  }

  /**
   * Nobody holds the device now, though somebody may soon. Leaves it at the friendly REPL, where a person or a host
   * that starts next expects it: this process may end before the session does.
   */
  rest(): void {
    this.#resting = true;
    const repl = this.#connection.repl;
    if (repl?.mode !== 'raw' || this.#queue.active) return;
    this.#leaving = repl
      .leave()
      .catch(() => {})
      .finally(() => (this.#leaving = undefined));
  }

  submit<T>(task: Task<T>, owner: object, signal?: AbortSignal): Promise<T> {
    if (this.#closed) return Promise.reject(deviceClosed(this.address, `${task.doing} on`));
    const paused = this.#connection.paused;
    if (paused) return Promise.reject(paused);
    const job = new Job<T>(task, owner, this.address, signal, this.#host);
    if (job.settled || !this.#admit(job as Job<unknown>)) return job.promise;
    this.#line(job as Job<unknown>);
    return job.promise;
  }

  /**
   * Hands all commands that have not begun to the session of the same device, in their order. To be closed then.
   * Whoever holds this session has to turn to the other one.
   */
  handOver(successor: Session): void {
    this.#successor = successor;
    for (const job of this.#jobs()) {
      if (job.running) continue;
      this.#queue.remove(job);
      successor.#take(job);
    }
  }

  #take(job: Job<unknown>): void {
    job.stopOfflineClock();
    job.host = this.#host;
    const paused = this.#connection.paused;
    if (paused) job.reject(paused);
    else if (this.#admit(job)) this.#line(job);
  }

  #line(job: Job<unknown>): void {
    this.#resting = false;
    this.#queue.push(job);
    this.#countWaiting();
    if (!this.#connection.up && this.#connection.lost) this.#startOfflineClock(job);
  }

  /** Ends the commands of one owner; `reason` gets what each is doing. */
  cancelOwnedBy(owner: object, reason: (doing: string) => Error): void {
    for (const job of this.#jobs()) if (job.owner === owner) job.cancel(reason(job.task.doing));
  }

  /**
   * Sends Ctrl-C until the running command has ended; it rejects with `DeviceException` KeyboardInterrupt.
   * With nothing running, it stops what the device does on its own (`main.py`).
   */
  async interrupt(): Promise<void> {
    this.#assertOpen('interrupting');
    const job = this.#queue.active as Job<unknown> | undefined;
    if (!job?.running) {
      // Not `connect`: a device that was let go of stays so.
      const repl = await this.#connection.attempt();
      await repl.interrupt();
      return;
    }
    const ended = job.promise.then(nothing, nothing);
    for (let volley = 0; volley < 8 && !job.settled; volley++) {
      await this.#connection.repl?.interrupt().catch(() => {});
      await atMost(volley < 3 ? 100 : 300, ended);
    }
    if (!job.settled) {
      trace('---', this.address, 'the program does not end on Ctrl-C');
      job.cancel(interrupted(this.address, job.task.outputSoFar()));
      await ended;
    }
  }

  /** Restarts the chip over lines of the link. False when the link has none. */
  async hardReset(): Promise<boolean> {
    this.#assertOpen('resetting');
    await this.#connection.attempt();
    const reset = this.#connection.hardReset();
    if (!reset) return false;
    const job = this.#queue.active as Job<unknown> | undefined;
    if (job?.running) job.cancel(deviceReset(this.address, job.task.doing));
    await reset;
    this.#restarted();
    return true;
  }

  /** Ends everything. Idempotent; settles within about 2 s. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const reason = deviceClosed(this.address, 'closing');
    this.#connection.pause(reason);
    this.#endAll(deviceClosed(this.address));
    this.#preparation.stop(reason);
    await this.#farewell();
    await this.#connection.drop(reason);
    this.#setStatus('closed');
    this.removeAllListeners();
  }

  // --- a turn -------------------------------------------------------------------------------------------------

  async #turn(job: Job<unknown>): Promise<void> {
    this.#countWaiting();
    try {
      for (let attempt = 1; !job.settled && job.host === this.#host; attempt++) {
        const repl = await this.#readyFor(job).catch((error: unknown) => {
          // Nothing of the command was sent yet: it waits for the device as those in the queue do.
          if (attempt < 3 && this.options.offline !== 'fail' && isLoss(error)) return 'lost' as const;
          throw error;
        });
        if (repl === 'lost') continue;
        if (!repl || job.settled) return;
        await this.#run(job, repl, job.task.repeatable && attempt < 3);
      }
    } catch (error) {
      if (job.host !== this.#host) return;
      if (this.#successor) this.#successor.#take(job);
      else job.reject(lostWhile(this.address, job.task.doing, error));
    } finally {
      if (this.state.status === 'running') this.#setStatus('ready');
      else this.#countWaiting();
      const repl = this.#connection.repl;
      if (this.#resting && repl?.mode === 'raw') await repl.leave().catch(() => {});
    }
  }

  /** A raw prompt for the job, or nothing when the job settled while waiting for it. */
  async #readyFor(job: Job<unknown>): Promise<RawRepl | undefined> {
    if (this.#leaving) await this.#leaving;
    let repl = this.#connection.repl;
    if (repl) this.#takeIdleBytes(repl);
    if (repl?.mode === 'raw' && !this.#preparation.needed && !this.#preparation.running) return repl;
    const settled = job.promise.then(nothing, nothing);
    repl ??= await Promise.race([this.#connection.untilUp(), settled]);
    if (!repl) return undefined;
    this.#takeIdleBytes(repl);
    // A job that is cancelled meanwhile keeps its turn until the device is at a prompt.
    let waiting = true;
    const prepared = this.#preparation.run(repl).then(() => repl);
    const gaveUp = settled.then(() => (waiting ? prepared.then(nothing, nothing) : undefined));
    return Promise.race([prepared, gaveUp]).finally(() => (waiting = false));
  }

  #currentTurn: Promise<void> | undefined;

  async #run(job: Job<unknown>, repl: RawRepl, mayRepeat: boolean): Promise<void> {
    this.#setStatus('running');
    const signal = job.begin();
    try {
      const value = await job.task.execute(this.#contextFor(job.task.doing, repl, signal));
      job.finish();
      job.resolve(value);
    } catch (error) {
      const ended = job.finish();
      if (ended === undefined && mayRepeat && isLoss(error)) {
        trace('---', this.address, `${job.task.doing} again: ${String(error)}`);
        return;
      }
      // The caller hears at once; the turn lasts until the device answers again.
      job.reject(ended ?? lostWhile(this.address, job.task.doing, error));
      if (repl.mode === 'raw' || repl.reader.end || this.#connection.paused) return;
      await this.#preparation.enter(repl).catch((failure: unknown) => {
        trace('---', this.address, `not recovered: ${String(failure)}`);
      });
    }
  }

  #contextFor(doing: string, repl: RawRepl, signal: AbortSignal): TaskContext {
    return {
      platform: async () => (this.platform ??= await askPlatform(repl, signal)),
      exec: async (command) => {
        const end = await repl.exec(command, signal);
        this.#noteEnd(end, doing);
        return end;
      },
      softReset: async () => {
        await repl.softReset(signal);
        this.#restarted();
      },
    };
  }

  #noteEnd(end: ReplyEnd, doing: string): void {
    if (end.kind === 'completed' || end.kind === 'raised' || end.kind === 'ended') return;
    this.#restarted();
    if (end.kind !== 'exited') throw deviceReset(this.address, doing);
  }

  #restarted(): void {
    this.generation = ++generations;
    this.#preparation.needed = true;
  }

  // --- the link -----------------------------------------------------------------------------------------------

  #onUp(repl: RawRepl): void {
    this.generation = ++generations;
    this.#preparation.needed = true;
    this.#idleText = new TextOutput();
    this.#idleTail = EMPTY;
    repl.reader.whenIdle(() => {
      if (!this.#queue.active && !this.#preparation.running && !this.#leaving) this.#takeIdleBytes(repl);
    });
    for (const job of this.#jobs()) job.stopOfflineClock();
    const { hungUp } = this.#preparation;
    if (hungUp) this.#setStatus('disconnected', hungUp);
    else this.#setStatus('ready');
    if (this.options.initCode || this.options.softResetOnConnect) {
      if (this.#queue.active) return;
      this.#preparation.run(repl).catch((error: unknown) => {
        if (!this.#connection.paused) this.emit('warning', error);
      });
    }
  }

  #onDown(error: Error): void {
    this.platform = undefined;
    this.#setStatus('disconnected', error);
    for (const job of this.#jobs()) this.#startOfflineClock(job);
  }

  /** An attempt failed. `final`: waiting commands shall not wait for the next one. */
  #onFailed(error: Error, final: boolean): void {
    this.#setStatus('disconnected', error);
    if (final) this.#endAll(error);
    else for (const job of this.#jobs()) this.#startOfflineClock(job);
  }

  #takeIdleBytes(repl: RawRepl): void {
    const bytes = repl.reader.takeAll();
    if (bytes.length === 0) return;
    // What it says comes in pieces, on a UART of a few bytes.
    this.#idleTail = Buffer.concat([this.#idleTail.subarray(-IDLE_TAIL), bytes]);
    if (mentionsRestart(this.#idleTail)) {
      this.#idleTail = EMPTY;
      trace('---', this.address, 'restarted between commands');
      repl.mode = 'unknown';
      this.#restarted();
      // One that did not answer before has come to.
      if (this.state.status === 'disconnected') this.#setStatus('ready');
    }
    this.#emitOutput(bytes);
  }

  #emitOutput(bytes: Buffer): void {
    const text = this.#idleText.push(bytes);
    if (text === '') return;
    try {
      this.emit('output', text);
    } catch (error) {
      trace('---', this.address, `a listener threw: ${String(error)}`);
    }
  }

  /** Leaves the device usable for others: Ctrl-C for what runs, Ctrl-B for the friendly REPL. */
  async #farewell(): Promise<void> {
    const repl = this.#connection.repl;
    if (!repl) return;
    const used = repl.mode === 'raw' || this.#queue.active !== undefined || this.#preparation.running !== undefined;
    if (!used) return;
    const said = (async () => {
      await Promise.allSettled([this.#currentTurn, this.#preparation.running, this.#leaving]);
      if (repl.mode !== 'raw') await repl.interrupt();
      await repl.leave();
    })().catch(() => {});
    await atMost(FAREWELL_LIMIT, said);
  }

  // --- bookkeeping --------------------------------------------------------------------------------------------

  #jobs(): Job<unknown>[] {
    const { active, waiting } = this.#queue;
    const jobs = (active ? [active, ...waiting] : waiting) as readonly Job<unknown>[];
    // The one whose turn it is here may wait elsewhere by now.
    return jobs.filter((job) => job.host === this.#host);
  }

  #endAll(reason: Error): void {
    const { active } = this.#queue;
    this.#queue.refuseAll(reason);
    for (const job of this.#jobs()) if (job === active) job.cancel(reason);
    this.#countWaiting();
  }

  #admit(job: Job<unknown>): boolean {
    const limit = this.options.queueLimit ?? 1000;
    if (this.#queue.length < limit || !this.#queue.active) return true;
    const full = new CancelledError(
      'QUEUE_FULL',
      `${job.task.doing} on ${this.address} was refused: ${this.#queue.length} commands wait already`,
      { address: this.address },
    );
    if (this.options.queuePolicy === 'dropOldest' && limit > 0) {
      this.#queue.dropOldest(full);
      return true;
    }
    job.reject(full);
    return false;
  }

  #startOfflineClock(job: Job<unknown>): void {
    const { timeout } = job.task;
    // No limit of its own, and more than a timer can count (see Deadline), are the same.
    const limit = timeout > 0 && timeout <= 0x7fffffff ? timeout : OFFLINE_LIMIT;
    job.startOfflineClock(limit, () => {
      const cause = this.state.reason;
      if (cause instanceof MicroPythonError) return lostWhile(this.address, job.task.doing, cause);
      return new TransportError('CONNECTION_LOST', `${job.task.doing} on ${this.address}: it is not connected`, {
        address: this.address,
        cause,
      });
    });
  }

  #setStatus(status: DeviceState['status'], reason?: Error): void {
    this.#keeper.set({ status, reason, waiting: this.#queue.length });
  }

  #countWaiting(): void {
    this.#keeper.set({ ...this.state, waiting: this.#queue.length });
  }

  #assertOpen(doing: string): void {
    if (this.#closed) throw deviceClosed(this.address, doing);
  }
}

function nothing(): undefined {
  return undefined;
}

async function askPlatform(repl: RawRepl, signal: AbortSignal): Promise<string | undefined> {
  const printed: Buffer[] = [];
  const code = Buffer.from(`print(__import__('sys').platform,end='')`);
  const end = await repl.exec({ code, onOutput: (chunk) => printed.push(chunk) }, signal);
  return end.kind === 'completed' ? Buffer.concat(printed).toString() : undefined;
}
