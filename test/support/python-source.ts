/** Python source as drivers for sensors look like, always the same; no two functions are equal. */
export function pythonSource(size: number): Buffer {
  let seed = 7;
  const pick = (words: readonly string[]) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return words[(seed >> 8) % words.length]!;
  };
  const number = () => '0x' + (pick(HEX) + pick(HEX)).toUpperCase();
  const name = () => `${pick(VERBS)}_${pick(NOUNS)}`;
  const statement = () => {
    const value = pick(NOUNS);
    switch (pick(['assign', 'write', 'if', 'shift', 'loop', 'return'])) {
      case 'assign':
        return `        self._${value} = ${pick(NOUNS)}`;
      case 'write':
        return `        self._i2c.writeto_mem(self._address, _REG_${pick(NOUNS).toUpperCase()}, bytes((${number()},)))`;
      case 'if':
        return `        if ${value} is None or ${value} > ${number()}:\n            raise ValueError("${value} must be below ${number()}")`;
      case 'shift':
        return `        ${value} = (self._buffer[${pick(DIGITS)}] << 8) | self._buffer[${pick(DIGITS)}]`;
      case 'loop':
        return `        for ${value} in range(${number()}):\n            time.sleep_ms(${pick(DIGITS)})`;
      default:
        return `        # The ${value} is ready when the ${pick(NOUNS)} ${pick(VERBS)}s it, see the data sheet.`;
    }
  };
  const parts = ['import time\nfrom machine import I2C, Pin\n\n'];
  let length = 0;
  while (length < size) {
    const lines = [`    def ${name()}_${number().slice(2).toLowerCase()}(self, ${pick(NOUNS)}, ${pick(NOUNS)}=None):`];
    lines.push(`        """${pick(VERBS)} the ${pick(NOUNS)} of the ${pick(NOUNS)}."""`);
    for (let count = 3 + Number(pick(DIGITS)); count > 0; count--) lines.push(statement());
    lines.push(`        return self._${pick(NOUNS)} / ${number()}\n\n`);
    parts.push(lines.join('\n'));
    length += parts.at(-1)!.length;
  }
  return Buffer.from(parts.join('')).subarray(0, size);
}

const HEX = [...'0123456789abcdef'];
const DIGITS = [...'0123456789'];
const VERBS =
  'read write start stop reset measure enable disable update convert calibrate wait configure select check'.split(' ');
const NOUNS =
  'register value buffer temperature humidity pressure channel gain offset interrupt timeout address status mode rate sample threshold counter voltage current'.split(
    ' ',
  );
