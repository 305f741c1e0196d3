/**
 * Python source for the contents of files: every byte value in as few bytes as the link allows.
 *
 * | form | link must carry | device needs | bytes a random byte |
 * |---|---|---|---|
 * | `bytesLiteral` | all 256 values | nothing | 1.02 to 1.03 |
 * | `base64Literal` | ASCII | binascii | 1.33 |
 * | `hexLiteral` | ASCII | nothing | 2.0 |
 */

/** Bytes that the REPL or the lexer acts upon, and their shortest escape; 01 and 02 only in the plain raw REPL. */
const ESCAPES: readonly (readonly [byte: number, escape: string, plainOnly?: boolean])[] = [
  [0x00, '\\0'], // the lexer of 1.29 turns NUL into 01 (py/lexer.c)
  [0x01, '\\1', true], // Ctrl-A
  [0x02, '\\2', true], // Ctrl-B
  [0x03, '\\3'], // Ctrl-C
  [0x04, '\\4'], // Ctrl-D
  [0x0d, '\\r'], // the lexer turns CR into LF
  [0x5c, '\\\\'],
];
// 05 (Ctrl-E) acts only as `05 41 01` at the start of a command (shared/runtime/pyexec.c): never inside a literal.

const QUOTE = 0x27;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

/** A byte's escape behind the backslash; 0: the byte is sent as it is. */
function escapeTable(rawPaste: boolean, tripleQuoted: boolean): Uint8Array {
  const table = new Uint8Array(256);
  for (const [byte, escape, plainOnly] of ESCAPES) if (!plainOnly || !rawPaste) table[byte] = escape.charCodeAt(1);
  if (!tripleQuoted) {
    table[NEWLINE] = 0x6e; // n
    table[QUOTE] = QUOTE;
  }
  return table;
}

const TABLES = [false, true].map((rawPaste) => [false, true].map((triple) => escapeTable(rawPaste, triple)));

export interface BytesLiteralOptions {
  /** The command goes by raw paste, which acts upon 03 and 04 only; else the plain raw REPL, which also acts upon 01 and 02. */
  rawPaste: boolean;
}

/**
 * `data` as a Python bytes literal with only those bytes escaped that the device would act upon. The result holds
 * arbitrary bytes: it needs a link that carries all 256 values.
 * Random data grows by 1.020 (raw paste) or 1.027 (plain raw REPL).
 */
export function bytesLiteral(data: Uint8Array, options: BytesLiteralOptions): Buffer {
  let special = 0;
  for (let at = 0; at < data.length; at++) if (data[at] === NEWLINE || data[at] === QUOTE) special++;
  // Three quotes cost four bytes more than one; inside them newlines and most quotes go as they are.
  const triple = special > 4;
  const table = TABLES[Number(options.rawPaste)]![Number(triple)]!;

  let size = triple ? 8 : 3;
  // An escape is two bytes, or four when a digit follows; every quote is counted as escaped.
  for (let at = 0; at < data.length; at++) {
    const byte = data[at]!;
    if (table[byte] !== 0) size += isOctalDigit(table[byte]) && isOctalDigit(data[at + 1]) ? 4 : 2;
    else size += byte === QUOTE ? 2 : 1;
  }
  const out = Buffer.allocUnsafe(size);
  let to = out.write(triple ? "b'''" : "b'", 'latin1');
  let quoteBefore = false;
  for (let at = 0; at < data.length; at++) {
    const byte = data[at]!;
    const escape = table[byte]!;
    if (escape !== 0) {
      out[to++] = BACKSLASH;
      if (isOctalDigit(escape) && isOctalDigit(data[at + 1])) {
        out[to++] = 0x30;
        out[to++] = 0x30;
      }
      out[to++] = escape;
      quoteBefore = false;
    } else if (byte === QUOTE && (quoteBefore || at === data.length - 1)) {
      // Only in triple quotes: no two bare quotes side by side, none at the end, so never three.
      out[to++] = BACKSLASH;
      out[to++] = QUOTE;
      quoteBefore = false;
    } else {
      out[to++] = byte;
      quoteBefore = byte === QUOTE;
    }
  }
  to += out.write(triple ? "'''" : "'", to, 'latin1');
  return out.subarray(0, to);
}

function isOctalDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}

/**
 * `data` as an ASCII Python expression, by base64: 1.33 bytes a byte and the decoder.
 * @param decode Python source of a callable from base64 bytes to bytes; the default imports it (37 bytes)
 */
export function base64Literal(data: Uint8Array, decode = "__import__('binascii').a2b_base64"): Buffer {
  const base64 = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  return Buffer.from(`${decode}(b'${base64}')`, 'latin1');
}

/**
 * `data` as an ASCII Python expression, by hexadecimal digits: 2 bytes a byte and the decoder.
 * @param decode Python source of a callable from a str of digits to bytes; the default needs no module (66 bytes)
 */
export function hexLiteral(
  data: Uint8Array,
  decode = '(lambda h:bytes(int(h[i:i+2],16)for i in range(0,len(h),2)))',
): Buffer {
  const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
  return Buffer.from(`${decode}('${hex}')`, 'latin1');
}
