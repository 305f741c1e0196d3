/** Where a reader stands in a text. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** Thrown, inside the parser only, where the text is no Python literal. One object: its stack would say nothing. */
export const UNREADABLE = new Error('no Python literal');

/** Moves over `char`, and space in front of it, if it comes next. */
export function take(cursor: Cursor, char: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== char) return false;
  cursor.at++;
  return true;
}

/** Moves over `char`, which must come next. */
export function expect(cursor: Cursor, char: string): void {
  if (!take(cursor, char)) throw UNREADABLE;
}

/** Moves over white space. */
export function skipSpace(cursor: Cursor): void {
  for (; ; cursor.at++) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
  }
}
