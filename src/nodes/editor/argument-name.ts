import { isIdentifier } from '../../lib/python/identifier';

/** Why a text cannot be the name of an argument: a key below `micropython.problem.`. */
export type NameProblem = 'name-blank' | 'name-form' | 'name-keyword' | 'name-twice';

/** @param others names of the other rows */
export function nameProblem(name: string, others: readonly string[]): NameProblem | undefined {
  if (name === '') return 'name-blank';
  if (!isIdentifier(name)) return isIdentifier(`${name}_`) ? 'name-keyword' : 'name-form';
  return others.includes(name) ? 'name-twice' : undefined;
}
