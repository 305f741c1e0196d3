import { delay } from '../deadline';
import type { ByteReader } from './byte-reader';
import { CTRL_A, END_OF_TEXT, OFFER_RAW_PASTE, PROMPT, RAW_BANNER, RUN } from './protocol';

/** Milliseconds for the answer to the offer. A board that collects garbage may take a while; most answer in one. */
const OFFER_LIMIT = 2000;

export interface PasteLink {
  readonly reader: ByteReader;
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Offers raw paste. Resolves to the size of the window in bytes, to 0 when the firmware refused (it is at its raw
 * prompt then), or to `undefined` when it said nothing that could be understood.
 *
 *   host   05 'A' 01
 *   device 'R' 01 <window, 2 bytes, little endian>        it can
 *          'R' 00 >                                       it cannot (pyexec.c returns to the prompt)
 *          raw REPL; CTRL-B to exit \r\n >                before 1.14: Ctrl-A printed the banner again
 */
export async function offerRawPaste(link: PasteLink, signal: AbortSignal): Promise<number | undefined> {
  await link.write(OFFER_RAW_PASTE);
  const until = Date.now() + OFFER_LIMIT;
  let seen: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = await link.reader.nextWithin(Math.max(1, until - Date.now()), signal);
    if (!chunk) return undefined;
    seen = seen.length > 0 ? Buffer.concat([seen, chunk]) : chunk;
    const answer = readAnswer(seen);
    if (!answer) continue;
    link.reader.unread(seen.subarray(answer.end));
    return answer.window;
  }
}

/** Finds the answer to the offer in what was received: late output may stand before it. Pure. */
export function readAnswer(seen: Buffer): { window: number; end: number } | undefined {
  const banner = seen.indexOf(RAW_BANNER);
  if (banner >= 0) {
    const prompt = seen.indexOf(PROMPT, banner + RAW_BANNER.length);
    return prompt < 0 ? undefined : { window: 0, end: prompt + 1 };
  }
  for (let at = seen.indexOf(0x52); at >= 0; at = seen.indexOf(0x52, at + 1)) {
    if (seen[at + 1] === 1 && at + 4 <= seen.length) {
      return { window: Math.max(1, seen.readUInt16LE(at + 2)), end: at + 4 };
    }
    if (seen[at + 1] === 0) {
      const prompt = seen.indexOf(PROMPT, at + 2);
      if (prompt >= 0) return { window: 0, end: prompt + 1 };
    }
  }
  return undefined;
}

/**
 * Writes code in the device's window and ends it with Ctrl-D; resolves when the device has taken all of it, or has
 * said that it wants no more (it could not compile it; the traceback follows). Bytes other than credit and end are
 * output of background threads and dropped.
 * @param unbounded the link pushes back by itself: do not wait for credit
 */
export async function paste(
  link: PasteLink,
  code: Uint8Array,
  window: number,
  unbounded: boolean,
  signal: AbortSignal,
): Promise<void> {
  let credit = unbounded ? code.length : window;
  let sent = 0;
  let ended = false;
  // A byte of credit comes behind the header at once: the firmware grants twice its window at the start.
  // The Ctrl-D at the end needs room as well: a ring that is full with a whole window would drop it.
  while ((sent < code.length || (credit === 0 && !unbounded)) && !ended) {
    if (credit === 0) {
      const gained = countCredit(await link.reader.next(signal));
      credit = gained.credits * window;
      ended = gained.ended;
      continue;
    }
    const piece = code.subarray(sent, sent + credit);
    await link.write(piece);
    sent += piece.length;
    credit -= piece.length;
  }
  await link.write(RUN);
  while (!ended) {
    const chunk = await link.reader.next(signal);
    const end = chunk.indexOf(END_OF_TEXT);
    if (end < 0) continue;
    ended = true;
    link.reader.unread(chunk.subarray(end + 1));
  }

  function countCredit(chunk: Buffer): { credits: number; ended: boolean } {
    let credits = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] === CTRL_A) credits++;
      else if (chunk[at] === END_OF_TEXT) {
        link.reader.unread(chunk.subarray(at + 1));
        return { credits, ended: true };
      }
    }
    return { credits, ended: false };
  }
}

/** Bytes and pause between them for firmware without raw paste behind a UART, as pyboard.py has always done. */
const PIECE = 128;
const PAUSE = 10;

/** Writes code to firmware that has no flow control, in small pieces. */
export async function writeSlowly(link: PasteLink, code: Uint8Array, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < code.length; at += PIECE) {
    await link.write(code.subarray(at, at + PIECE));
    await delay(PAUSE, signal);
  }
  await link.write(RUN);
}
