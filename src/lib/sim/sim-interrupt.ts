/**
 * How Ctrl-C reaches running code.
 *
 * The WebAssembly build of MicroPython has no hook in its virtual machine that looks for input, and while it runs,
 * its thread does nothing else. But its memory is shared (sim-wasm.ts), and a pending KeyboardInterrupt is nothing
 * but two words in it: a pointer to the exception, and the state of the scheduler that makes the virtual machine
 * look. The addresses are learned by calling the exported `mp_sched_keyboard_interrupt` once, while nothing runs,
 * and comparing. A third word, found the same way, is the interrupt character that `micropython.kbd_intr` sets.
 */

/** Word addresses (byte address / 4) and values in MicroPython's memory. */
export interface InterruptWords {
  readonly exception: { readonly at: number; readonly idle: number; readonly pending: number };
  readonly scheduler: { readonly at: number; readonly idle: number; readonly pending: number };
  readonly character: { readonly at: number };
  /** The traceback of the exception object, of which there is one only: to be cleared, or it would grow. */
  readonly traceback: { readonly at: number };
}

/** Static data lies here, between the C stack and the heap; comparing the heap would cost milliseconds. */
const STATIC_WORDS = 0x40000;

/** Any value that is not 0. */
const MARK = 0x5a5a5a5a;

/**
 * Learns the words, or finds that this version of the package does not work as expected.
 * @param stackBase byte address above the C stack, where values of earlier calls linger
 * @param schedule calls `mp_sched_keyboard_interrupt`
 * @param setCharacter sets the interrupt character, as `micropython.kbd_intr` does; it ends as -1
 */
export function learnInterruptWords(
  memory: WebAssembly.Memory,
  stackBase: number,
  schedule: () => void,
  setCharacter: (character: number) => void,
): InterruptWords | undefined {
  const snapshot = () => new Int32Array(memory.buffer, 0, STATIC_WORDS).slice();
  const before = snapshot();
  schedule();
  const after = snapshot();
  const changed: { at: number; idle: number; pending: number }[] = [];
  for (let at = stackBase / 4; at < STATIC_WORDS; at++) {
    const idle = before[at] ?? 0;
    const pending = after[at] ?? 0;
    if (idle !== pending) changed.push({ at, idle, pending });
  }
  const live = new Int32Array(memory.buffer);
  for (const { at, idle } of changed) live[at] = idle;
  const exception = changed.find((word) => word.idle === 0);
  const scheduler = changed.find((word) => word !== exception);
  if (changed.length !== 2 || !exception || !scheduler) return undefined;

  const traceback = learnTraceback(live, exception.pending / 4, schedule);
  for (const { at, idle } of changed) live[at] = idle;
  if (traceback === undefined) return undefined;

  let candidates = [...before.keys()].filter((at) => at >= stackBase / 4);
  for (const value of [3, 17, -1]) {
    setCharacter(value);
    const now = snapshot();
    candidates = candidates.filter((at) => now[at] === value);
  }
  const [character] = candidates;
  if (character === undefined || candidates.length > 1) return undefined;
  return { exception, scheduler, character: { at: character }, traceback: { at: traceback } };
}

/** Finds the one word behind an exception's type that scheduling the exception resets. */
function learnTraceback(live: Int32Array, object: number, schedule: () => void): number | undefined {
  const places = [object + 1, object + 2, object + 3];
  const saved = places.map((at) => live[at] ?? 0);
  for (const at of places) live[at] = MARK;
  schedule();
  const reset = places.filter((at) => live[at] === 0);
  places.forEach((at, i) => (live[at] = saved[i] ?? 0));
  return reset.length === 1 ? reset[0] : undefined;
}

/** The words in use, from either thread. */
export class PendingInterrupt {
  readonly #words: InterruptWords;
  readonly #memory: Int32Array;

  constructor(memory: WebAssembly.Memory, words: InterruptWords) {
    this.#words = words;
    this.#memory = new Int32Array(memory.buffer, 0, STATIC_WORDS);
  }

  /** The character that interrupts now; -1: none does. */
  get character(): number {
    return Atomics.load(this.#memory, this.#words.character.at);
  }

  set character(value: number) {
    Atomics.store(this.#memory, this.#words.character.at, value);
  }

  /** Raised, and not yet seen by the virtual machine. */
  get pending(): boolean {
    const { at, idle } = this.#words.exception;
    return Atomics.load(this.#memory, at) !== idle;
  }

  raise(): void {
    const { exception, scheduler, traceback } = this.#words;
    Atomics.store(this.#memory, traceback.at, 0);
    Atomics.store(this.#memory, exception.at, exception.pending);
    // As the original does: a scheduler that is locked looks by itself when it is unlocked.
    Atomics.compareExchange(this.#memory, scheduler.at, scheduler.idle, scheduler.pending);
  }

  clear(): void {
    const { at, idle } = this.#words.exception;
    Atomics.store(this.#memory, at, idle);
  }
}
