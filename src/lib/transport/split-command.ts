import { ArgumentError } from '../errors';

/**
 * Splits a command line into program and arguments, without a shell: no variables, wildcards or pipes.
 *
 * Blanks separate; quotes of both kinds join, and may be empty. Outside of single quotes a backslash makes a
 * following blank, quote or backslash an ordinary character; on Windows it is always an ordinary character itself.
 * @throws ArgumentError `INVALID_ADDRESS` for an open quote or an empty command
 */
export function splitCommand(command: string, windows = process.platform === 'win32'): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < command.length; i++) {
    const character = command.charAt(i);
    const next = command.charAt(i + 1);
    if (character === '\\' && !windows && quote !== "'" && next !== '' && ' \t\'"\\'.includes(next)) {
      word = (word ?? '') + next;
      i++;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') throw new ArgumentError('INVALID_ADDRESS', `the command ${command} has an open quote: ${quote}`);
  if (word !== undefined) words.push(word);
  if (!words[0]) throw new ArgumentError('INVALID_ADDRESS', 'exec: needs a command, as in exec:micropython -i');
  return words;
}
