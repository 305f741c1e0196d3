import { Deadline } from '../deadline';
import { CancelledError } from '../errors';
import { whenAborted } from './abort-followers';
import type { QueuedJob } from './command-queue';
import type { Task } from './task';

/** Where a job waits and runs: a session. */
export interface JobHost {
  /** The job's turn. Never rejects. */
  turn(job: Job<unknown>): Promise<void>;
  /** The job was cancelled before its turn. */
  leave(job: Job<unknown>): void;
}

/**
 * One caller's command on its way: waiting in the queue, waiting for the device, running, settled. It settles
 * exactly once, and the first reason wins.
 */
export class Job<T> implements QueuedJob {
  readonly promise: Promise<T>;
  settled = false;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;
  #deadline: Deadline | undefined;
  #offlineTimer: NodeJS.Timeout | undefined;
  #unfollow: (() => void) | undefined;

  constructor(
    readonly task: Task<T>,
    /** Whose command it is, so that closing one `Device` ends its own commands only. */
    readonly owner: object,
    private readonly address: string,
    private readonly signal: AbortSignal | undefined,
    /** Another session takes the job over when two addresses turn out to be one device. */
    public host: JobHost,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal?.aborted) this.reject(this.#aborted());
    else if (signal) this.#unfollow = whenAborted(signal, () => this.cancel(this.#aborted()));
  }

  run(): Promise<void> {
    return this.host.turn(this as Job<unknown>);
  }

  refuse(reason: Error): void {
    this.reject(reason);
  }

  resolve(value: T): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  /** Ends the job from outside: out of the line, or out of its run. */
  cancel(reason: Error): void {
    if (this.#deadline) return this.#deadline.abort(reason);
    this.host.leave(this as Job<unknown>);
    this.reject(reason);
  }

  /** True between `begin` and `finish`: the device may be executing its code. */
  get running(): boolean {
    return this.#deadline !== undefined;
  }

  /** Starts the clock of the run; the signal fires when the time is up or somebody cancels. */
  begin(): AbortSignal {
    this.stopOfflineClock();
    this.#deadline = new Deadline(this.task.timeout, () => this.#timedOut());
    return this.#deadline.signal;
  }

  /** The run is over. Returns the reason if it was ended from outside. */
  finish(): unknown {
    const deadline = this.#deadline;
    this.#deadline = undefined;
    deadline?.clear();
    return deadline?.signal.aborted ? deadline.signal.reason : undefined;
  }

  /** While the device is absent, waiting is bounded by the time that the command itself may take. */
  startOfflineClock(ms: number, reason: () => Error): void {
    if (this.settled || this.running || this.#offlineTimer) return;
    this.#offlineTimer = setTimeout(() => this.cancel(reason()), ms);
  }

  stopOfflineClock(): void {
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = undefined;
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.stopOfflineClock();
    this.#unfollow?.();
    return true;
  }

  #timedOut(): CancelledError {
    return new CancelledError(
      'TIMED_OUT',
      `${this.task.doing} on ${this.address} timed out after ${this.task.timeout} ms`,
      { address: this.address, output: this.task.outputSoFar() },
    );
  }

  #aborted(): CancelledError {
    return new CancelledError('ABORTED', `${this.task.doing} on ${this.address} was aborted`, {
      address: this.address,
      cause: this.signal?.reason,
      output: this.task.outputSoFar(),
    });
  }
}
