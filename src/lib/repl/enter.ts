import { Deadline } from '../deadline';
import { printable, ProtocolError } from '../errors';
import { trace } from '../trace';
import type { ByteReader } from './byte-reader';
import { notARepl } from './not-a-repl';
import {
  ENTER_RAW_REPL,
  INTERRUPT,
  INTERRUPT_AND_RAW_REPL,
  LEAVE_RAW_REPL,
  PROMPT,
  RAW_BANNER,
  saysReboot,
} from './protocol';

/** Milliseconds after which a device that does not answer is given up. Not an idle time: a flood does not extend it. */
export const ENTRY_LIMIT = 10_000;
/** Milliseconds for the banner after Ctrl-A, and for the reply to the check. */
const BANNER_LIMIT = 300;
const VERIFY_LIMIT = 1500;
/** Ctrl-C, repeated, for a program that catches KeyboardInterrupt: how often, and milliseconds between. */
const VOLLEY = 20;
const VOLLEY_PAUSE = 25;
/** Bytes of the answer that are kept for the error, from its beginning and from its end. */
const HEAD = 400;

export interface EntryLink {
  readonly address: string;
  readonly reader: ByteReader;
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Gets to the raw prompt from any state: a half-typed line, paste mode, `input()`, an endless loop, a flood of
 * output, a changed `sys.ps1`, a program that swallows KeyboardInterrupt, raw REPL with half a command, a raw-paste
 * reader that another host left behind.
 *
 * Ctrl-C alone discards a half-typed line; a carriage return before it, which other tools send, would run it.
 * Only the raw banner counts, never `>>> `, since a program may print that or change it. Then `verify` runs a
 * command with a mark of its own, which flushes what comes late and proves both directions. Each step is a line of
 * the trace.
 *
 * @param verify runs the check; it rejects when its signal fires
 * @param limitMs milliseconds for all of it
 * @param before the last bytes of a command that was given up
 * @returns whether the device said that it restarted
 * @throws ProtocolError `NO_RAW_REPL` when the time is up, or what hung up was no REPL; the reason of `signal`; the
 *   reason why the link is gone
 */
export async function enterRawRepl(
  link: EntryLink,
  verify: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  limitMs = ENTRY_LIMIT,
  before: Buffer = Buffer.alloc(0),
): Promise<boolean> {
  let rebooted = saysReboot(before);
  let tail = before;
  let first: Buffer = Buffer.alloc(0);
  let received: Buffer = Buffer.alloc(0);
  const tooLate = new Error('entry limit');
  const deadline = new Deadline(limitMs, () => tooLate, signal);
  const step = (what: string) => trace('---', link.address, what);
  // Not awaited: a device that takes nothing must not hold up the deadline. A broken link shows at the reader.
  const send = (bytes: Buffer) => void link.write(bytes).catch(() => {});
  try {
    for (let attempt = 0; ; attempt++) {
      step(attempt === 0 ? 'entering the raw REPL: Ctrl-C' : `no raw REPL yet: Ctrl-C again, attempt ${attempt + 1}`);
      // A device that stands at a prompt answers the first two bytes within a round trip.
      if (attempt > 0) {
        send(INTERRUPT);
        await listen(link, Math.min(50 * 2 ** attempt, 500), deadline.signal, remember);
      }
      if (attempt > 2) {
        step(`Ctrl-C ${VOLLEY} times`);
        await volley(link, send, deadline.signal, remember);
      }
      if (attempt > 4) {
        step('Ctrl-B, and all anew');
        send(LEAVE_RAW_REPL);
      }
      send(INTERRUPT_AND_RAW_REPL);
      if (!(await listen(link, BANNER_LIMIT, deadline.signal, remember, bannerAndPrompt))) continue;
      if (await verified(verify, deadline.signal)) return rebooted;
      if (attempt % 2 === 1) send(ENTER_RAW_REPL);
    }
  } catch (error) {
    const { address } = link;
    const seen = first.length < HEAD ? first : Buffer.concat([first, received]);
    // What is no REPL often hangs up on its own: what it said tells more than that.
    const hungUp = error === link.reader.end && notARepl(address, seen) !== undefined;
    if (error !== tooLate && !hungUp) throw error;
    throw new ProtocolError('NO_RAW_REPL', noRawRepl(address, seen, limitMs), { address, received, cause: error });
  } finally {
    deadline.clear();
  }

  function remember(chunk: Buffer): void {
    if (!rebooted) {
      tail = Buffer.concat([tail.subarray(-40), chunk]);
      rebooted = saysReboot(tail);
    }
    if (first.length < HEAD) first = Buffer.concat([first, chunk]).subarray(0, HEAD);
    received = Buffer.concat([received, chunk]).subarray(-HEAD);
  }
}

/** Reads and drops what comes for at most `ms`; true as soon as `found` holds for all of it. */
async function listen(
  link: EntryLink,
  ms: number,
  signal: AbortSignal,
  remember: (chunk: Buffer) => void,
  found?: (seen: Buffer) => boolean,
): Promise<boolean> {
  const until = Date.now() + ms;
  let seen: Buffer = Buffer.alloc(0);
  for (let left = ms; left > 0; left = until - Date.now()) {
    if (signal.aborted) throw signal.reason;
    const chunk = await link.reader.nextWithin(left, signal);
    if (!chunk) return false;
    remember(chunk);
    seen = Buffer.concat([seen, chunk]).subarray(-256);
    if (found?.(seen)) return true;
  }
  return false;
}

/**
 * Tires out a program that catches KeyboardInterrupt, or hits a gap between two catches. Not faster: on the Unix
 * port a Ctrl-C that finds another one pending ends the process (ports/unix/unix_mphal.c).
 */
async function volley(
  link: EntryLink,
  send: (bytes: Buffer) => void,
  signal: AbortSignal,
  remember: (chunk: Buffer) => void,
): Promise<void> {
  for (let count = 0; count < VOLLEY; count++) {
    send(INTERRUPT);
    await listen(link, VOLLEY_PAUSE, signal, remember);
  }
}

function bannerAndPrompt(seen: Buffer): boolean {
  const banner = seen.lastIndexOf(RAW_BANNER);
  return banner >= 0 && seen.indexOf(PROMPT, banner + RAW_BANNER.length) >= 0;
}

async function verified(verify: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<boolean> {
  const noReply = new Error('no reply to the check');
  const limit = new Deadline(VERIFY_LIMIT, () => noReply, signal);
  try {
    await verify(limit.signal);
    return true;
  } catch (error) {
    if (error === noReply) return false;
    throw error;
  } finally {
    limit.clear();
  }
}

function noRawRepl(address: string, seen: Buffer, limitMs: number): string {
  const limit = limitMs / 1000;
  if (seen.length === 0) {
    return (
      `${address} did not answer within ${limit} s: no raw REPL. Is MicroPython on it, is this its REPL port, ` +
      'is the baud rate right? A press on its reset button may help.'
    );
  }
  const said = `It sent "${printable(seen.subarray(0, 60))}"${seen.length > 60 ? ' …' : ''}`;
  const verdict = notARepl(address, seen);
  if (verdict !== undefined) return `${address} ${verdict} ${said}`;
  return (
    `${address} answered within ${limit} s, but not as a raw REPL does. Is it MicroPython, and is the baud rate ` +
    `right? If a program on it catches KeyboardInterrupt, press its reset button. ${said}`
  );
}
