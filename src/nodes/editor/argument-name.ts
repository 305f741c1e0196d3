// Keywords of MicroPython's lexer (py/lexer.c), with those that CPython adds.
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield __debug__'
  ).split(' '),
);

/** Why a text cannot be the name of an argument: a key below `micropython.problem.`. */
export type NameProblem = 'name-blank' | 'name-form' | 'name-keyword' | 'name-twice';

/** @param others names of the other rows */
export function nameProblem(name: string, others: readonly string[]): NameProblem | undefined {
  if (name === '') return 'name-blank';
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'name-form';
  if (KEYWORDS.has(name)) return 'name-keyword';
  return others.includes(name) ? 'name-twice' : undefined;
}
