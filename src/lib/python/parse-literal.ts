import { UNREADABLE, expect, skipSpace, take, type Cursor } from './cursor';
import { readComplex, readNumber } from './number';
import { readOpaque } from './opaque';
import { PythonObject } from './python-object';
import { readBytes, readString } from './quoted';

/** A Python value as JavaScript has it; see `parseLiteral`. */
export type PythonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | PythonObject
  | PythonValue[]
  | { [key: string]: PythonValue }
  | Map<PythonValue, PythonValue>;

/** Deeper nesting is not taken apart: neither this parser nor what handles messages later has an endless stack. */
const MAX_DEPTH = 200;
/** The words that mean something, with what must follow them at once. */
const WORD =
  /(?:None|True|False)(?!\w)|b(?=['"])|bytearray\(b(?=['"])|(?:frozen)?set\(\)|(?:frozenset|OrderedDict)\(\{/y;

/**
 * What Python's `repr` printed → JavaScript value.
 *
 * | Python | JavaScript |
 * |---|---|
 * | `None` | `null` |
 * | bool | boolean |
 * | int | number; bigint beyond ±(2^53-1) |
 * | float, with `inf` and `nan` | number |
 * | str | string |
 * | bytes, bytearray | Buffer |
 * | list, tuple, set, frozenset | array |
 * | dict, OrderedDict | plain object; numbers as keys become text |
 * | dict with a key that is neither str nor number, or with `1` and `'1'` | Map |
 * | everything else | `PythonObject` with the text, inside containers too |
 *
 * Never throws: a text that is no repr, or one nested deeper than 200 levels, becomes a `PythonObject` as a whole.
 * A key `__proto__` is a key like any other. Takes linear time.
 */
export function parseLiteral(text: string): PythonValue {
  const cursor = { text, at: 0 };
  try {
    const value = readValue(cursor, 0);
    skipSpace(cursor);
    if (cursor.at === text.length) return value;
  } catch (error) {
    if (error !== UNREADABLE) throw error;
  }
  return new PythonObject(text);
}

function readValue(cursor: Cursor, depth: number): PythonValue {
  if (depth > MAX_DEPTH) throw UNREADABLE;
  skipSpace(cursor);
  switch (cursor.text[cursor.at]) {
    case "'":
    case '"':
      return readString(cursor);
    case '[':
      return readItems(cursor, ']', depth);
    case '(':
      return readTuple(cursor, depth);
    case '{':
      return readDictOrSet(cursor, depth);
    default:
      return readNumber(cursor) ?? readWord(cursor, depth);
  }
}

/** Items up to `close`, from the opening bracket on. */
function readItems(cursor: Cursor, close: string, depth: number): PythonValue[] {
  const items: PythonValue[] = [];
  cursor.at++;
  while (!take(cursor, close)) {
    items.push(readValue(cursor, depth + 1));
    if (!take(cursor, ',')) {
      expect(cursor, close);
      break;
    }
  }
  return items;
}

/** A tuple, or the brackets of a complex number. */
function readTuple(cursor: Cursor, depth: number): PythonValue {
  return readComplex(cursor) ?? readItems(cursor, ')', depth);
}

function readDictOrSet(cursor: Cursor, depth: number): PythonValue {
  cursor.at++;
  if (take(cursor, '}')) return {};
  let key = readValue(cursor, depth + 1);
  if (!take(cursor, ':')) {
    const items = [key];
    while (take(cursor, ',')) items.push(readValue(cursor, depth + 1));
    expect(cursor, '}');
    return items;
  }
  const entries: [PythonValue, PythonValue][] = [];
  for (;;) {
    entries.push([key, readValue(cursor, depth + 1)]);
    if (!take(cursor, ',')) break;
    key = readValue(cursor, depth + 1);
    expect(cursor, ':');
  }
  expect(cursor, '}');
  return dictOf(entries);
}

function dictOf(entries: [PythonValue, PythonValue][]): PythonValue {
  const result: { [key: string]: PythonValue } = {};
  for (const [key, value] of entries) {
    if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint') return new Map(entries);
    const name = String(key);
    // 1 and '1' are two keys in Python; nothing may get lost.
    if (Object.hasOwn(result, name)) return new Map(entries);
    if (name === '__proto__') {
      Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
    } else {
      result[name] = value;
    }
  }
  return result;
}

/** What begins with a letter, or `<`. */
function readWord(cursor: Cursor, depth: number): PythonValue {
  WORD.lastIndex = cursor.at;
  const word = WORD.exec(cursor.text)?.[0] ?? '';
  const start = cursor.at;
  cursor.at += word.length;
  switch (word) {
    case 'None':
      return null;
    case 'True':
      return true;
    case 'False':
      return false;
    case 'b':
      return readBytes(cursor);
    case 'bytearray(b':
      return closed(cursor, readBytes(cursor));
    case 'set()':
    case 'frozenset()':
      return [];
    case 'frozenset({':
    case 'OrderedDict({':
      // Both wrap a form that is known; an OrderedDict keeps its order as an object does.
      cursor.at--;
      return closed(cursor, readDictOrSet(cursor, depth));
  }
  cursor.at = start;
  return new PythonObject(readOpaque(cursor));
}

function closed<T>(cursor: Cursor, value: T): T {
  expect(cursor, ')');
  return value;
}
