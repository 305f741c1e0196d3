/** What waits in line. Its promise is its own business; the queue only knows whose turn it is. */
export interface QueuedJob {
  /** The turn. Never rejects; the next job's turn begins when it resolves. */
  run(): Promise<void>;
  /** Called when the job is put out of the line before its turn. */
  refuse(reason: Error): void;
}

/**
 * One job at a time, in the order of arrival. The turn is handed over without ever being free, so that nobody
 * slips in between. Whoever is put out of the line is told.
 */
export class CommandQueue {
  #waiting: QueuedJob[] = [];
  #active: QueuedJob | undefined;

  /** The job whose turn it is. */
  get active(): QueuedJob | undefined {
    return this.#active;
  }

  /** How many jobs wait for their turn. */
  get length(): number {
    return this.#waiting.length;
  }

  get waiting(): readonly QueuedJob[] {
    return this.#waiting;
  }

  push(job: QueuedJob): void {
    this.#waiting.push(job);
    if (!this.#active) void this.#serve();
  }

  /** Takes a job out of the line; false when its turn has come. */
  remove(job: QueuedJob): boolean {
    const at = this.#waiting.indexOf(job);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    return true;
  }

  /** Puts the job that has waited longest out of the line. */
  dropOldest(reason: Error): void {
    this.#waiting.shift()?.refuse(reason);
  }

  /** Puts everybody out of the line. The active job goes on. */
  refuseAll(reason: Error): void {
    const refused = this.#waiting;
    this.#waiting = [];
    for (const job of refused) job.refuse(reason);
  }

  async #serve(): Promise<void> {
    for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
      this.#active = job;
      await job.run();
    }
    this.#active = undefined;
  }
}
