const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 0b01;
const SHARED = 0b10;

/**
 * 256 MiB in pages of 64 KiB. Shared memory is reserved up to its maximum at once, and the 2 GiB that the build
 * declares are more than a 32-bit Raspberry Pi OS has to give. It is also the bound for a program that never ends:
 * this build collects garbage only between programs, and lets the heap grow meanwhile.
 */
const MAXIMUM_PAGES = 4096;

/**
 * Marks the memory of a WebAssembly module as shared between threads (limits flag 1 becomes 3), so that another
 * thread can reach into a running program. Changes `bytes` in place.
 * @returns false when the module does not declare one memory with a maximum: then nothing was changed
 */
export function shareMemory(bytes: Uint8Array): boolean {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const length = number();
    if (section !== MEMORY_SECTION) {
      at += length;
      continue;
    }
    const count = number();
    const flags = at++;
    if (count !== 1 || bytes[flags] !== HAS_MAXIMUM) return false;
    const minimum = number();
    const start = at;
    const maximum = number();
    if (minimum < MAXIMUM_PAGES && MAXIMUM_PAGES < maximum) writeNumber(bytes, start, at - start, MAXIMUM_PAGES);
    bytes[flags] = HAS_MAXIMUM | SHARED;
    return true;
  }
  return false;
}

/** A number in exactly `width` bytes, so that nothing behind it moves. */
function writeNumber(bytes: Uint8Array, at: number, width: number, value: number): void {
  for (let i = 0; i < width; i++) {
    const rest = value >>> (7 * i);
    bytes[at + i] = (rest & 0x7f) | (i < width - 1 ? 0x80 : 0);
  }
}
