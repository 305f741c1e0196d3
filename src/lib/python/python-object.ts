/**
 * A Python object that has no counterpart in JavaScript (`<Pin 25>`, `array('i', [1, 2])`, `(1+2j)`), known by the
 * text of its `repr`. Its string form and its JSON form are that text.
 */
export class PythonObject {
  constructor(
    /** What Python's `repr` printed. */
    readonly repr: string,
  ) {}

  toString(): string {
    return this.repr;
  }

  toJSON(): string {
    return this.repr;
  }
}
