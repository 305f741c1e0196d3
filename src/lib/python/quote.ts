/** Quoting of text and bytes as printable ASCII, so that no link, console mode or firmware can act upon a part of it. */

const SHORT: Record<number, string> = { 0x09: '\\t', 0x0a: '\\n', 0x0d: '\\r', 0x27: "\\'", 0x5c: '\\\\' };

/** The form of each byte in a bytes literal. */
const BYTE_TEXT = Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f ? (SHORT[byte] ?? String.fromCharCode(byte)) : (SHORT[byte] ?? hexEscape(byte)),
);

/** Bytes as a Python bytes literal: `b'\x00abc'`. */
export function bytesText(bytes: Uint8Array): string {
  let text = "b'";
  for (const byte of bytes) text += BYTE_TEXT[byte]!;
  return text + "'";
}

/** Text as a Python str literal: `'it\'s \u20ac'`. A lone surrogate stays one. */
export function stringText(value: string): string {
  return `'${value.replace(/[^ -&(-[\]-~]/gu, (char) => SHORT[char.charCodeAt(0)] ?? escape(char.codePointAt(0)!))}'`;
}

function escape(codePoint: number): string {
  if (codePoint < 0x100) return hexEscape(codePoint);
  const hex = codePoint.toString(16);
  return codePoint < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function hexEscape(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}
