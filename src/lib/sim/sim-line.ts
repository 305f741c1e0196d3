import { ByteRing } from './byte-ring';

/** Bytes that each direction buffers. What is more waits: the host at its pipe, the running code in its `print`. */
const CAPACITY = 65_536;

/** What both threads of the simulated device share; goes through `workerData`. */
export interface SharedLine {
  readonly input: SharedArrayBuffer;
  readonly output: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

/** Words of the control block. */
export const Control = {
  /** 0: the REPL reads. 1: Python runs. 2: Python runs, and the front is just delivering an interrupt. */
  RUN: 0,
  /** Not 0: the reader of `input` shall skip to the position in `DISCARD_POSITION`. */
  DISCARD: 1,
  DISCARD_POSITION: 2,
  /** 1: the front has been told to look at the line, and has not looked yet. */
  TOLD: 3,
  /** 1: the front holds input back for want of room. */
  INPUT_HELD: 4,
  /** 1: an interrupt that could not be written into Python's memory; the device's side raises it itself. */
  INTERRUPT: 5,
  /** Rung by the front whenever something may end a wait of the device: input, room for output, an interrupt. */
  BELL: 6,
} as const;

/** The serial line between the front (main thread: pins, interrupts) and the device (worker thread: Python). */
export class SimLine {
  readonly input: ByteRing;
  readonly output: ByteRing;
  readonly control: Int32Array;

  static allocate(): SharedLine {
    return {
      input: ByteRing.allocate(CAPACITY),
      output: ByteRing.allocate(CAPACITY),
      control: new SharedArrayBuffer(4 * Object.keys(Control).length),
    };
  }

  constructor(shared: SharedLine) {
    this.input = new ByteRing(shared.input);
    this.output = new ByteRing(shared.output);
    this.control = new Int32Array(shared.control);
  }

  /** The front's: lets a device that waits look again. */
  ring(): void {
    Atomics.add(this.control, Control.BELL, 1);
    Atomics.notify(this.control, Control.BELL);
  }
}
