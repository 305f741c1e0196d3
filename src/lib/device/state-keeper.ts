import type { DeviceState } from './session-state';

/** Keeps the state of a session and tells each change, in order. `closed` is the last one. */
export class StateKeeper {
  #state: DeviceState = { status: 'disconnected', waiting: 0 };
  #telling = false;

  constructor(private readonly tell: (state: DeviceState) => void) {}

  get state(): DeviceState {
    return this.#state;
  }

  set(next: DeviceState): void {
    const now = this.#state;
    if (now.status === 'closed') return;
    if (now.status === next.status && now.reason === next.reason && now.waiting === next.waiting) return;
    this.#state = next;
    // A listener that changes the state hears of that when all have heard of this one.
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let told: DeviceState | undefined; told !== this.#state;) {
        told = this.#state;
        this.tell(told);
      }
    } finally {
      this.#telling = false;
    }
  }
}
