import { types } from 'node:util';
import { ArgumentError } from '../errors';
import { isIdentifier } from './identifier';
import { PythonObject } from './python-object';
import { bytesText, stringText } from './quote';

/** Deeper nesting is refused: the compiler on a device recurses, on a stack of a few KiB. */
const MAX_DEPTH = 64;

export interface LiteralOptions {
  /** What the value is called in error messages, e.g. `args.pin`; default `value`. */
  name?: string;
}

/** Where we are inside the value: for the path in an error, and to notice a value that contains itself. */
interface Place {
  readonly path: string;
  readonly parents: readonly object[];
  /** Inside a dict key or a set only what Python can hash is allowed; arrays become tuples there. */
  readonly hashable: boolean;
  /** The value is another one each time, see `fleetingText`. */
  readonly fleeting: boolean;
}

/**
 * JavaScript value → Python source on one line of printable ASCII, which evaluates to that value and does not depend
 * on any name that a program on the device may have taken (`float`, `set` …).
 *
 * | JavaScript | Python |
 * |---|---|
 * | `null`, `undefined` | `None` |
 * | boolean | `True`, `False` |
 * | integer within ±(2^53-1), bigint | int |
 * | any other number, `-0`, `NaN`, `±Infinity` | float |
 * | string | str (a lone surrogate stays one) |
 * | Buffer, Uint8Array, ArrayBuffer | bytes |
 * | array | list; tuple inside a set or as a dict key |
 * | Set | set |
 * | Map, plain object | dict |
 *
 * @throws ArgumentError `INVALID_ARGUMENT` with the path inside the value, for everything else: functions, symbols,
 *   Dates (MicroPython has no date type: pass text or a number), other typed arrays, class instances, `PythonObject`s,
 *   values that contain themselves or are nested deeper than 64 levels.
 */
export function toLiteral(value: unknown, options: LiteralOptions = {}): string {
  return literal(value, { path: options.name ?? 'value', parents: [], hashable: false, fleeting: false });
}

/**
 * Arguments as assignments on one line without an end: `{ a: 1, b: 'x' }` → `a=1;b='x'`; no arguments → empty text.
 * Only the object's own enumerable properties count; `undefined` becomes `None`.
 * @throws ArgumentError `INVALID_ARGUMENT` for a name that is no Python identifier, or a value that Python cannot express
 */
export function assignments(args: Readonly<Record<string, unknown>>): string {
  if (!isPlainObject(args)) {
    throw new ArgumentError('INVALID_ARGUMENT', `args must be a plain object of names and values, not ${kind(args)}`);
  }
  const statements = Object.keys(args).map((name) => {
    if (!isIdentifier(name)) {
      throw new ArgumentError(
        'INVALID_ARGUMENT',
        `args: ${JSON.stringify(name)} is no name for a Python variable; ` +
          'use ASCII letters, digits and _, with no digit first, and no keyword',
      );
    }
    const place: Place = { path: `args.${name}`, parents: [], hashable: false, fleeting: true };
    return `${name}=${literal(args[name], place)}`;
  });
  return statements.join(';');
}

function literal(value: unknown, place: Place): string {
  switch (typeof value) {
    case 'undefined':
      return 'None';
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return numberText(value);
    case 'bigint':
      return value.toString();
    case 'string':
      return place.fleeting ? fleetingText(value) : stringText(value);
    case 'object':
      return value === null ? 'None' : objectText(value, place);
    default:
      return refuse(value, place);
  }
}

/** Bytes of text that a device keeps for ever once it was in the source (MICROPY_ALLOC_PARSE_INTERN_STRING_LEN). */
const INTERNED = 10;

/**
 * Text that is another one each time, such as a clock: lengthened beyond what the compiler keeps, and cut on the
 * device. Otherwise a message a second fills the memory of a board within a day.
 */
function fleetingText(value: string): string {
  const length = Buffer.byteLength(value);
  // The empty text and single ASCII characters are few.
  if (length > INTERNED || length < 2) return stringText(value);
  const padded = value + ' '.repeat(INTERNED + 1 - length);
  return `${stringText(padded)}[:${Array.from(value).length}]`;
}

function numberText(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  // No finite double is as large as 1e999, so it reads as infinity without the name `float`.
  if (Number.isNaN(value)) return '(1e999-1e999)';
  if (!Number.isFinite(value)) return value > 0 ? '1e999' : '-1e999';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function objectText(value: object, place: Place): string {
  // By node:util, not by instanceof: objects from a function node come out of another realm, with other prototypes.
  if (types.isUint8Array(value)) return bytesText(value);
  if (types.isAnyArrayBuffer(value)) return bytesText(new Uint8Array(value));
  const inside = enter(value, place);
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, index) => literal(item, inside(`[${index}]`)));
    if (!place.hashable) return `[${items.join(',')}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(',')})`;
  }
  if (types.isMap(value)) {
    if (place.hashable) return refuse(value, place);
    return dictText(value, inside);
  }
  if (types.isSet(value)) {
    if (place.hashable) return refuse(value, place);
    const items = Array.from(value, (item, index) => literal(item, inside(`[${index}]`, true)));
    // `{}` is a dict, and the name `set` may be taken.
    return items.length === 0 ? '({0}-{0})' : `{${items.join(',')}}`;
  }
  if (!isPlainObject(value) || place.hashable) return refuse(value, place);
  return dictText(Object.entries(value), inside);
}

type Enter = (step: string, hashable?: boolean) => Place;

/** A step into a container, refused where it would not end. */
function enter(value: object, place: Place): Enter {
  if (place.parents.includes(value)) {
    throw new ArgumentError('INVALID_ARGUMENT', `${place.path} contains itself, which Python source cannot express`);
  }
  if (place.parents.length >= MAX_DEPTH) {
    throw new ArgumentError('INVALID_ARGUMENT', `${place.path} is nested deeper than ${MAX_DEPTH} levels`);
  }
  const parents = [...place.parents, value];
  return (step, hashable = place.hashable) => ({
    path: place.path + step,
    parents,
    hashable,
    fleeting: place.fleeting,
  });
}

function dictText(entries: Iterable<[unknown, unknown]>, inside: Enter): string {
  const items: string[] = [];
  for (const [key, value] of entries) {
    const step = typeof key === 'string' && isIdentifier(key) ? `.${key}` : `[${stepText(key)}]`;
    items.push(
      `${literal(key, { ...inside(`${step} (key)`, true), fleeting: false })}:${literal(value, inside(step))}`,
    );
  }
  return `{${items.join(',')}}`;
}

function stepText(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key);
  return typeof key === 'object' && key !== null ? kind(key) : String(key);
}

/** `{…}` of any realm, or without a prototype; no instance of a class. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuse(value: unknown, place: Place): never {
  let advice = 'pass a number, text, Buffer, array or plain object';
  if (types.isDate(value)) advice = 'pass its toISOString() or getTime()';
  else if (types.isTypedArray(value)) advice = 'pass Array.from(…) for a list or a Buffer for bytes';
  else if (value instanceof PythonObject) advice = 'only its text came from the device; name it in the code instead';
  else if (place.hashable) advice = 'a dict key or set item must be a number, text, Buffer or array of those';
  throw new ArgumentError(
    'INVALID_ARGUMENT',
    `${place.path} is ${kind(value)}, which cannot be written as a Python value; ${advice}`,
  );
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (isPlainObject(value)) return 'a plain object';
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object of an unknown class';
}
