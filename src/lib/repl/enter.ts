import { Deadline } from '../deadline';
import { ProtocolError } from '../errors';
import { trace } from '../trace';
import type { ByteReader } from './byte-reader';
import { ENTER_RAW_REPL, INTERRUPT, INTERRUPT_AND_RAW_REPL, LEAVE_RAW_REPL, PROMPT, RAW_BANNER } from './protocol';

/** Milliseconds after which a device that does not answer is given up. Not an idle time: a flood does not extend it. */
export const ENTRY_LIMIT = 10_000;
/** Milliseconds for the banner after Ctrl-A, and for the reply to the check. */
const BANNER_LIMIT = 300;
const VERIFY_LIMIT = 1500;
/** Ctrl-C, repeated, for a program that catches KeyboardInterrupt: how often, and milliseconds between. */
const VOLLEY = 20;
const VOLLEY_PAUSE = 25;

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
 * command with a mark of its own, which flushes what comes late and proves both directions.
 *
 * @param verify runs the check; it rejects when its signal fires
 * @throws ProtocolError `NO_RAW_REPL` after 10 s; the reason of `signal`; the reason why the link is gone
 */
export async function enterRawRepl(
  link: EntryLink,
  verify: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let received: Buffer = Buffer.alloc(0);
  const tooLate = new Error('entry limit');
  const deadline = new Deadline(ENTRY_LIMIT, () => tooLate, signal);
  try {
    for (let attempt = 0; ; attempt++) {
      trace('---', link.address, `entering the raw REPL, attempt ${attempt + 1}`);
      // A device that stands at a prompt answers the first two bytes within a round trip.
      if (attempt > 0) {
        await link.write(INTERRUPT);
        await listen(link, Math.min(50 * 2 ** attempt, 500), deadline.signal, remember);
      }
      if (attempt > 2) await volley(link, deadline.signal, remember);
      if (attempt > 4) await link.write(LEAVE_RAW_REPL);
      await link.write(INTERRUPT_AND_RAW_REPL);
      if (!(await listen(link, BANNER_LIMIT, deadline.signal, remember, bannerAndPrompt))) continue;
      if (await verified(verify, deadline.signal)) return;
      if (attempt % 2 === 1) await link.write(ENTER_RAW_REPL);
    }
  } catch (error) {
    if (error !== tooLate) throw error;
    throw new ProtocolError('NO_RAW_REPL', noRawRepl(link.address, received), { address: link.address, received });
  } finally {
    deadline.clear();
  }

  function remember(chunk: Buffer): void {
    received = Buffer.concat([received, chunk]).subarray(-400);
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
async function volley(link: EntryLink, signal: AbortSignal, remember: (chunk: Buffer) => void): Promise<void> {
  for (let count = 0; count < VOLLEY; count++) {
    await link.write(INTERRUPT);
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

function noRawRepl(address: string, received: Buffer): string {
  const limit = ENTRY_LIMIT / 1000;
  if (received.length === 0) {
    return (
      `${address} did not answer within ${limit} s: no raw REPL. Is MicroPython on it, is this its REPL port, ` +
      'is the baud rate right? A press on its reset button may help.'
    );
  }
  const text = received.toString('latin1');
  if (/^HTTP\/\d|<html/im.test(text)) return `${address} is a web server, not a MicroPython REPL.`;
  return (
    `${address} answered within ${limit} s, but not as a raw REPL does. Is it MicroPython, and is the baud rate ` +
    'right? If a program on it catches KeyboardInterrupt, press its reset button. `received` holds its last bytes.'
  );
}
