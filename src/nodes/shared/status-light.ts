import type { NodeStatus } from 'node-red';

/** Milliseconds before something that may be over at once shows, and between two updates while it lasts. */
const SHOWS_AFTER_MS = 150;

/**
 * Shows a status when it differs from what is shown. Work (blue) shows only when it lasts: a poller that evaluates ten
 * expressions a second would otherwise flood every open editor with updates that nobody can read. So does an attempt to
 * reach a device that is away (yellow after red): a missing port fails at once, every second, as long as it is missing.
 */
export class StatusLight {
  #shown = '';
  #fill: NodeStatus['fill'];
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
    const { fill } = this.desired();
    const passing = fill === 'blue' || (fill === 'yellow' && this.#fill === 'red');
    if (passing) this.#timer ??= setTimeout(() => this.#apply(), SHOWS_AFTER_MS);
    else this.#apply();
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
    this.#fill = status.fill;
    this.show(status);
  }
}
