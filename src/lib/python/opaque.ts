import { UNREADABLE, type Cursor } from './cursor';

/**
 * Objects that a repr shows in a form of their own: `<Pin 25>`, `<bound_method 20000 <I2C object>>`, `Pin(25, mode=OUT)`,
 * `array('i', [1, 2])`, `Ellipsis`. What matters is where such a text ends, and that a look never
 * goes back: the time stays linear.
 */

/** Moves the cursor behind the object's text and returns it. */
export function readOpaque(cursor: Cursor): string {
  const start = cursor.at;
  if (cursor.text[start] === '<') skipAngles(cursor);
  else skipName(cursor);
  return cursor.text.slice(start, cursor.at);
}

/** What may follow a value: the end, or what ends an item of a container. */
function endsItem(cursor: Cursor): boolean {
  const next = cursor.text[cursor.at];
  return next === undefined || ',:)]}\r\n'.includes(next);
}

/** `<…>`: to the `>` that closes the first `<` and has a place for the end of an item behind it. */
function skipAngles(cursor: Cursor): void {
  let depth = 0;
  for (; cursor.at < cursor.text.length;) {
    const char = cursor.text[cursor.at++];
    if (char === '<') depth++;
    else if (char === '>' && --depth <= 0 && endsItem(cursor)) return;
  }
  throw UNREADABLE;
}

/** A name with dots, then perhaps something in brackets. */
function skipName(cursor: Cursor): void {
  const name = /[\p{L}_][\p{L}\p{N}_.]*/uy;
  name.lastIndex = cursor.at;
  if (!name.test(cursor.text)) throw UNREADABLE;
  cursor.at = name.lastIndex;
  if (cursor.text[cursor.at] === '(') skipBrackets(cursor);
  if (!endsItem(cursor)) throw UNREADABLE;
}

/** From an opening bracket behind the one that closes it; brackets inside quotes do not count. */
function skipBrackets(cursor: Cursor): void {
  let depth = 0;
  for (; cursor.at < cursor.text.length;) {
    const char = cursor.text[cursor.at++]!;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) {
      if (--depth === 0) return;
    } else if (char === "'" || char === '"') skipQuoted(cursor, char);
  }
  throw UNREADABLE;
}

function skipQuoted(cursor: Cursor, quote: string): void {
  for (; cursor.at < cursor.text.length;) {
    const char = cursor.text[cursor.at++];
    if (char === '\\') cursor.at++;
    else if (char === quote) return;
  }
  throw UNREADABLE;
}
