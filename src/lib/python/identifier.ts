/** Python's keywords as MicroPython's lexer knows them (py/lexer.c), and `__debug__`, which cannot be assigned. */
const RESERVED = new Set(
  (
    'False None True __debug__ and as assert async await break class continue def del elif else except finally for ' +
    'from global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/**
 * True when `text` can be the name of a variable on every MicroPython: ASCII letters, digits and `_`, no digit first,
 * no keyword. Names like `__name__` are allowed. Python also has non-ASCII names; those are refused, because they do
 * not survive links and firmware that know ASCII only.
 */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !RESERVED.has(text);
}
