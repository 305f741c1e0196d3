import { UNREADABLE, type Cursor } from './cursor';

const BACKSLASH = 0x5c;
const ESCAPED: Record<string, string> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  // A backslash at the end of a line joins it with the next.
  '\n': '',
};
/** Letter of an escape by code point → number of hexadecimal digits. */
const HEX_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };

/** Reads a str literal at its opening quote: what is between the quotes, escapes resolved. */
export function readString(cursor: Cursor): string {
  return readQuoted(cursor, false);
}

/** Reads a bytes literal at its opening quote, behind the `b`. */
export function readBytes(cursor: Cursor): Buffer {
  const text = readQuoted(cursor, true);
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) throw UNREADABLE;
  return bytes;
}

function readQuoted(cursor: Cursor, bytes: boolean): string {
  const { text } = cursor;
  const quote = text.charCodeAt(cursor.at++);
  let result = '';
  // Where the part begins that is taken over as it is.
  let from = cursor.at;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (Number.isNaN(code)) throw UNREADABLE;
    if (code === quote) return result + text.slice(from, cursor.at++);
    if (code === BACKSLASH) {
      result += text.slice(from, cursor.at) + readEscape(cursor, bytes);
      from = cursor.at;
    } else {
      cursor.at++;
    }
  }
}

/** Reads one escape at its backslash. */
function readEscape(cursor: Cursor, bytes: boolean): string {
  const { text } = cursor;
  const letter = text.charAt(cursor.at + 1);
  const digits = HEX_DIGITS[letter];
  if (digits !== undefined && !(bytes && letter !== 'x')) {
    const hex = text.slice(cursor.at + 2, cursor.at + 2 + digits);
    const codePoint = hex.length === digits && /^[\da-f]+$/i.test(hex) ? parseInt(hex, 16) : Infinity;
    if (codePoint > 0x10ffff) throw UNREADABLE;
    cursor.at += 2 + digits;
    return String.fromCodePoint(codePoint);
  }
  const octal = /^[0-7]{1,3}/.exec(text.slice(cursor.at + 1, cursor.at + 4))?.[0];
  if (octal !== undefined) {
    cursor.at += 1 + octal.length;
    return String.fromCharCode(parseInt(octal, 8) & (bytes ? 0xff : 0x1ff));
  }
  cursor.at += 2;
  // Python keeps the backslash of an escape that it does not know.
  return ESCAPED[letter] ?? `\\${letter}`;
}
