import * as zlib from 'node:zlib';

/** The checksum of a device: `crc32` where it has binascii, else a polynomial that its Python can compute in small ints. */
export type CheckName = 'crc32' | 'polynomial';

/** Checksum of `data`, going on from `value`. The same as `check` in python/snippets/base.py. Pure. */
export function check(name: CheckName, data: Uint8Array, value = 0): number {
  return name === 'crc32' ? crc32(data, value) : polynomial(data, value);
}

/** CRC-32 as zlib and binascii compute it. */
export const crc32: (data: Uint8Array, value?: number) => number =
  // From Node.js 20.15 on.
  (zlib as { crc32?: (data: Uint8Array, value?: number) => number }).crc32 ?? crc32ByTable;

let table: Uint32Array | undefined;

export function crc32ByTable(data: Uint8Array, value = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
    return byte;
  });
  let crc = ~value;
  for (const byte of data) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

function polynomial(data: Uint8Array, value: number): number {
  for (const byte of data) value = (value * 31 + byte) & 0xffffff;
  return value;
}
