/** Milliseconds that a link has to live before its end is news: a loose cable would fill the log. */
const SETTLED = 5000;

/**
 * Says which errors are news. A port that is gone fails every few seconds with the same words; the log has them once,
 * until the device has been there again for a while.
 */
export class DistinctCauses {
  readonly #seen = new Set<string>();
  #upSince: number | undefined;

  /** @param now clock, in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  isNews(error: Error): boolean {
    // What a device sent stands in quotes, and may be different each time.
    const words = error.message.replace(/"[^"]*"/g, '""');
    const cause = `${(error as { code?: string }).code ?? error.name} ${words}`;
    if (this.#seen.has(cause)) return false;
    this.#seen.add(cause);
    return true;
  }

  /** The link is open. */
  up(): void {
    this.#upSince ??= this.now();
  }

  /** The link is gone. After a good while, everything is news again. */
  down(): void {
    if (this.#upSince !== undefined && this.now() - this.#upSince >= SETTLED) this.#seen.clear();
    this.#upSince = undefined;
  }
}
