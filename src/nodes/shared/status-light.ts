import type { NodeStatus } from 'node-red';

/** Milliseconds before work shows, and between two updates while it lasts. */
const WORK_SHOWS_AFTER_MS = 150;

/**
 * Shows a status when it differs from what is shown. Work (blue) shows only when it lasts: a poller that evaluates ten
 * expressions a second would otherwise flood every open editor with updates that nobody can read.
 */
export class StatusLight {
  #shown = '';
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param desired what should be shown now; asked again when a delayed update is due
   * @param show hands it to Node-RED
   */
  constructor(
    private readonly desired: () => NodeStatus,
    private readonly show: (status: NodeStatus) => void,
  ) {}

  /** Something may have changed. */
  update(): void {
    if (this.desired().fill !== 'blue') this.#apply();
    else this.#timer ??= setTimeout(() => this.#apply(), WORK_SHOWS_AFTER_MS);
  }

  /** Nothing is shown after this. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #apply(): void {
    this.close();
    const status = this.desired();
    const text = JSON.stringify(status);
    if (text === this.#shown) return;
    this.#shown = text;
    this.show(status);
  }
}
