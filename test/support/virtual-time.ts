/**
 * A clock that jumps to the next timer as soon as nobody has anything left to do. Ten seconds of patience cost a
 * millisecond, and the same seed gives the same run, as long as everything lives in this process.
 *
 *   work until only timers are left -> fire the earliest one -> work ...
 */
import sinon from 'sinon';
import { seededRandom } from './seeded-random';

/** Taken before anybody fakes it. */
const turn = setImmediate;

export interface VirtualTimeOptions {
  /** For `Math.random`; default 1. */
  seed?: number;
  /** Milliseconds of virtual time after which the work is given up; default ten minutes. */
  limitMs?: number;
}

export class VirtualTime {
  readonly #clock: sinon.SinonFakeTimers;

  constructor(clock: sinon.SinonFakeTimers) {
    this.#clock = clock;
  }

  /** Milliseconds since the work began. */
  get now(): number {
    return this.#clock.now;
  }

  /** Timers that are set and have not fired. */
  get timers(): number {
    return this.#clock.countTimers();
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** Runs `work` in virtual time. Rejects when it waits for something that can never come, or for longer than the limit. */
export async function inVirtualTime<T>(
  work: (time: VirtualTime) => Promise<T>,
  { seed = 1, limitMs = 600_000 }: VirtualTimeOptions = {},
): Promise<T> {
  const sandbox = sinon.createSandbox();
  const clock = sandbox.useFakeTimers({
    toFake: [
      ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] as const),
      ...(['Date', 'performance'] as const),
    ],
  });
  const random = Math.random;
  Math.random = seededRandom(seed);
  try {
    let settled = false;
    const outcome = work(new VirtualTime(clock)).finally(() => (settled = true));
    outcome.catch(() => {});
    for (let idle = 0; ;) {
      await new Promise<void>((resolve) => turn(resolve));
      if (settled) return await outcome;
      if (clock.countTimers() > 0) {
        idle = 0;
        clock.next();
      } else if (++idle > 100) {
        throw new Error(`after ${clock.now} ms no timer is set, and the work still waits for something`);
      }
      if (clock.now > limitMs) throw new Error(`not done after ${limitMs} ms of virtual time`);
    }
  } finally {
    Math.random = random;
    sandbox.restore();
  }
}

/** A mocha test in virtual time: `it('…', virtually(async (time) => { … }))`. */
export function virtually(
  work: (time: VirtualTime) => Promise<void>,
  options?: VirtualTimeOptions,
): () => Promise<void> {
  return () => inVirtualTime(work, options);
}
