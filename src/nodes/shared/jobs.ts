/** One input on its way: from the message's arrival to its `done`. */
export class Job {
  readonly #controller = new AbortController();
  /** Progress of a transfer, 0 to 100; absent until it is known. */
  percent: number | undefined;

  constructor(private readonly changed: () => void) {}

  /** Fires when the node closes or the job is killed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Tells how far a transfer is, in bytes. */
  readonly progress = ({ transferred, total }: { transferred: number; total: number | undefined }): void => {
    if (!total) return;
    this.percent = Math.min(100, (100 * transferred) / total);
    this.changed();
  };
}

/** The inputs of one node that have not ended, oldest first. */
export class Jobs {
  readonly #jobs = new Set<Job>();
  #idle: (() => void)[] = [];

  /** @param changed called when a job begins, progresses or ends */
  constructor(private readonly changed: () => void) {}

  get size(): number {
    return this.#jobs.size;
  }

  /** The job that came first: the one that runs, or will run next. */
  get oldest(): Job | undefined {
    return this.#jobs.values().next().value;
  }

  begin(): Job {
    const job = new Job(this.changed);
    this.#jobs.add(job);
    this.changed();
    return job;
  }

  end(job: Job): void {
    this.#jobs.delete(job);
    this.changed();
    if (this.#jobs.size > 0) return;
    const waiters = this.#idle;
    this.#idle = [];
    for (const resolve of waiters) resolve();
  }

  abortAll(reason: Error): void {
    for (const job of this.#jobs) job.abort(reason);
  }

  /** Resolves when no job is left. */
  idle(): Promise<void> {
    if (this.#jobs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }
}
