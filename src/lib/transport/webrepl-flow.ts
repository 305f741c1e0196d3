/**
 * How fast a WebREPL may be fed. Its receiver moves all that has arrived into a ring of 256 bytes and drops what does
 * not fit (micropython/micropython issues 2497 and 16997), and a sleeping Wi-Fi delivers frames in bursts, so
 * pauses alone are no protection. A version request of WebREPL's file protocol is answered only when everything
 * before it was taken: it serves as a receipt.
 */

/** Bytes that may be under way: ESP8266 keeps 255. */
export const WEBREPL_WINDOW = 250;
/** Milliseconds for the interpreter to empty the ring after it was filled. */
const DRAIN_TIME = 10;
/** Milliseconds between chunks for a device that gives no receipts (the gap of micropython/webrepl issue 79). */
const BLIND_GAP = 100;

export class WebReplFlow {
  readonly #askForReceipt: () => void;
  #receipts = true;
  #underWay = 0;
  /** Bytes that the receipt asked for covers; 0: none is asked for. */
  #covered = 0;
  #timer: NodeJS.Timeout | undefined;
  #held: { length: number; go: () => void } | undefined;

  /** @param askForReceipt sends the version request */
  constructor(askForReceipt: () => void) {
    this.#askForReceipt = askForReceipt;
  }

  /** The device does not answer version requests: pause after each chunk instead. */
  goBlind(): void {
    this.#receipts = false;
  }

  /** Calls `go`, which sends `length` bytes (at most the window), as soon as they fit. One caller at a time. */
  admit(length: number, go: () => void): void {
    if (this.#underWay + length > WEBREPL_WINDOW) {
      this.#held = { length, go };
      this.#ask();
      return;
    }
    this.#underWay += length;
    go();
    // Asked for early, so that the next short command does not have to wait for it.
    if (this.#underWay >= WEBREPL_WINDOW / 2) this.#ask();
  }

  /** The answer to a version request came. */
  receipt(): void {
    if (this.#covered > 0) this.#after(DRAIN_TIME);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#held = undefined;
  }

  #ask(): void {
    if (this.#covered > 0) return;
    this.#covered = this.#underWay;
    if (this.#receipts) this.#askForReceipt();
    else this.#after(BLIND_GAP);
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#underWay -= this.#covered;
      this.#covered = 0;
      const held = this.#held;
      this.#held = undefined;
      if (held) this.admit(held.length, held.go);
    }, ms);
  }
}
