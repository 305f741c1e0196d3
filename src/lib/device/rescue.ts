import { delay } from '../deadline';
import { ProtocolError } from '../errors';
import { INTERRUPT, RUN } from '../repl/protocol';
import type { RawRepl } from '../repl/raw-repl';
import { trace } from '../trace';

/** Milliseconds for the raw REPL after a soft reset: either it worked, or nobody reads Ctrl-D. */
const SOFT_LIMIT = 5000;
/** Milliseconds for the program to read Ctrl-D: another Ctrl-C would make native USB forget it (mp_usbd_cdc.c). */
const HEARING = 200;

export interface Resets {
  /** `allowReset` of the options. */
  readonly allowed: boolean;
  /** Pulls the reset line; nothing when the link has none. */
  hard(): Promise<void> | undefined;
  /** Called when the interpreter has restarted, or probably has. */
  done(): void;
}

/**
 * Gets a device to its raw prompt that may not answer to Ctrl-C. Each step is a line of the trace:
 *
 *   Ctrl-C -> Ctrl-C repeated -> all anew, for 10 s     always (`enterRawRepl`)
 *   -> Ctrl-D, a soft reset -> the reset line           where resets are allowed
 *
 * @throws ProtocolError `NO_RAW_REPL` after the last step; the reason of `signal`; the reason why the link is gone
 */
export async function enterOrReset(repl: RawRepl, resets: Resets, signal: AbortSignal): Promise<void> {
  const { address } = repl;
  const entered = await attempt();
  if (entered === true) return;
  if (!resets.allowed) throw entered;

  trace('---', address, 'soft reset: Ctrl-C and Ctrl-D, as allowReset permits');
  void repl.write(INTERRUPT);
  await delay(HEARING, signal);
  void repl.write(RUN);
  await delay(HEARING, signal);
  resets.done();
  if ((await attempt(SOFT_LIMIT)) === true) return;

  const pulse = resets.hard();
  if (!pulse) {
    trace('---', address, 'no hardware reset: this connection has no reset line');
    throw entered;
  }
  trace('---', address, 'hardware reset over the line, as allowReset permits');
  await pulse;
  resets.done();
  await repl.enter(signal);

  async function attempt(limitMs?: number): Promise<true | ProtocolError> {
    try {
      await repl.enter(signal, limitMs);
      return true;
    } catch (error) {
      // A link that is gone cannot be reset, whatever it said before.
      if (error instanceof ProtocolError && !repl.reader.end) return error;
      throw error;
    }
  }
}
