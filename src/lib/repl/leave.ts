import type { ByteReader } from './byte-reader';
import { LEAVE_RAW_REPL } from './protocol';

/** Milliseconds for the friendly banner; a device with a prompt of its own is not waited for longer. */
const BANNER_LIMIT = 200;
const FRIENDLY_PROMPT = '>>> ';

/**
 * Leaves the raw REPL, so that a person at a terminal finds the prompt that they know. What the device says to that,
 * its banner and prompt, is read and dropped: it would look like a restart to whoever reads next.
 * Best effort: rejects only when the link is gone.
 */
export async function leaveRawRepl(link: {
  readonly reader: ByteReader;
  write(bytes: Uint8Array): Promise<void>;
}): Promise<void> {
  await link.write(LEAVE_RAW_REPL);
  const until = Date.now() + BANNER_LIMIT;
  let tail = '';
  for (let left = BANNER_LIMIT; left > 0 && !tail.endsWith(FRIENDLY_PROMPT); left = until - Date.now()) {
    const chunk = await link.reader.nextWithin(left);
    if (!chunk) return;
    tail = (tail + chunk.toString('latin1')).slice(-16);
  }
}
