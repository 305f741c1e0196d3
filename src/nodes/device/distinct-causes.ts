/**
 * Says which errors are news. A port that is gone fails every few seconds with the same words; the log has them once,
 * until the device has been there again.
 */
export class DistinctCauses {
  readonly #seen = new Set<string>();

  isNews(error: Error): boolean {
    const cause = `${(error as { code?: string }).code ?? error.name} ${error.message}`;
    if (this.#seen.has(cause)) return false;
    this.#seen.add(cause);
    return true;
  }

  /** The device answers: what fails from now on is news again. */
  reset(): void {
    this.#seen.clear();
  }
}
