import { Control, type SimLine } from './sim-line';

interface Recording {
  readonly pass: boolean;
  text: string;
}

/** The device's end of the line. Its reads and writes block the thread, as they block a board. */
export class DeviceUart {
  readonly #line: SimLine;
  readonly #tellFront: () => void;
  #recording: Recording | undefined;
  /** Whether a KeyboardInterrupt is pending: ends every wait. Set once there is an interpreter. */
  interrupted: () => boolean = () => false;

  /** @param tellFront wakes the front, which then looks at the line */
  constructor(line: SimLine, tellFront: () => void) {
    this.#line = line;
    this.#tellFront = tellFront;
  }

  /** Waits for a byte, for ever. For the REPL, which nothing interrupts. */
  readByte(): number {
    for (;;) {
      const bell = this.#bell();
      this.#discard();
      const byte = this.#line.input.readByte();
      if (byte >= 0) {
        this.#madeRoom();
        return byte;
      }
      this.#wait(bell);
    }
  }

  /** Waits for at least one byte and returns up to `limit`; empty when an interrupt ended the wait. */
  read(limit: number): Uint8Array {
    for (;;) {
      const bell = this.#bell();
      if (this.interrupted()) return new Uint8Array();
      this.#discard();
      const bytes = this.#line.input.read(limit);
      if (bytes.length > 0) {
        this.#madeRoom();
        return bytes;
      }
      this.#wait(bell);
    }
  }

  /** Whether `read` would return at once. */
  get readable(): boolean {
    this.#discard();
    return this.#line.input.length > 0;
  }

  /** Waits until everything is on its way. An interrupt ends the wait, and what did not fit is lost, as on a board. */
  write(bytes: Uint8Array): void {
    if (this.#recording) {
      this.#recording.text += Buffer.from(bytes).toString('latin1');
      if (!this.#recording.pass) return;
    }
    let rest = bytes;
    for (;;) {
      const bell = this.#bell();
      rest = rest.subarray(this.#line.output.write(rest));
      if (Atomics.exchange(this.#line.control, Control.TOLD, 1) === 0) this.#tellFront();
      if (rest.length === 0 || this.interrupted()) return;
      this.#wait(bell);
    }
  }

  /** What `work` writes, as Latin-1 text. It goes to the line as well when `pass` is set. */
  record(pass: boolean, work: () => void): string {
    const recording: Recording = { pass, text: '' };
    this.#recording = recording;
    try {
      work();
    } finally {
      this.#recording = undefined;
    }
    return recording.text;
  }

  /** Sleeps for `ms` milliseconds, or until something happens on the line. */
  sleep(ms: number): void {
    const bell = this.#bell();
    if (!this.interrupted()) this.#wait(bell, ms);
  }

  /** Read before looking, waited for afterwards: so nothing that happens in between is missed. */
  #bell(): number {
    return Atomics.load(this.#line.control, Control.BELL);
  }

  #wait(bell: number, ms = Infinity): void {
    Atomics.wait(this.#line.control, Control.BELL, bell, ms);
  }

  #discard(): void {
    const { control, input } = this.#line;
    if (Atomics.exchange(control, Control.DISCARD, 0) === 0) return;
    input.discardUntil(Atomics.load(control, Control.DISCARD_POSITION));
    this.#madeRoom();
  }

  #madeRoom(): void {
    if (Atomics.load(this.#line.control, Control.INPUT_HELD) === 1) this.#tellFront();
  }
}
