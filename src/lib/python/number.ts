import type { Cursor } from './cursor';
import { PythonObject } from './python-object';

/** An int as group 1; else a float, or with group 2 an imaginary number. */
const NUMBER = /(?:([-+]?\d+)(?![\w.])|[-+]?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|inf|nan)(j)?(?!\w))/y;
const COMPLEX = /\([-+\w.]*j\)/y;

/** An int, float or imaginary number; `undefined` when none is here. */
export function readNumber(cursor: Cursor): number | bigint | PythonObject | undefined {
  NUMBER.lastIndex = cursor.at;
  const match = NUMBER.exec(cursor.text);
  if (!match) return undefined;
  cursor.at = NUMBER.lastIndex;
  const [text, whole, imaginary] = match;
  if (imaginary) return new PythonObject(text);
  if (whole !== undefined) {
    const number = Number(whole);
    // Python has no int -0; without `+ 0` JavaScript would.
    return Number.isSafeInteger(number) ? number + 0 : BigInt(whole);
  }
  if (text.endsWith('inf')) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** A complex number with its brackets, `(1+2j)`; `undefined` when none is here. */
export function readComplex(cursor: Cursor): PythonObject | undefined {
  COMPLEX.lastIndex = cursor.at;
  const match = COMPLEX.exec(cursor.text);
  if (!match) return undefined;
  cursor.at = COMPLEX.lastIndex;
  return new PythonObject(match[0]);
}
