import { ArgumentError } from '../errors';

/** Statements that cannot stand behind a semicolon. */
const COMPOUND = /^(?:async|class|def|for|if|match|try|while|with)\b|^[@\s]/;
const BLANK_OR_COMMENT = /^[ \t]*(?:#|$)/;

const ACTED_UPON = /[\x00-\x05]/;

/**
 * The commands that give `code` its arguments, so that line numbers stay those of `code`: the assignments go on its
 * first line. Where that line begins a block they cannot, and are a command of their own. Pure.
 * @param assignments one line of Python, or empty
 */
export function withAssignments(code: string, assignments: string): string[] {
  if (assignments === '') return [code];
  const first = /^[^\n]*/.exec(code)![0];
  if (BLANK_OR_COMMENT.test(first)) return [`${assignments} ${code}`];
  if (COMPOUND.test(first)) return [assignments, code];
  return [`${assignments};${code}`];
}

/**
 * The caller's Python as it is sent: `\n` line ends, and no byte order mark, which editors of Windows put in front.
 * @throws ArgumentError when it is no text, or holds a control character that the REPL would act upon
 */
export function checkCode(code: unknown, what: 'code' | 'expression' | 'initCode', address: string): string {
  if (typeof code !== 'string') {
    throw new ArgumentError('INVALID_ARGUMENT', `${what} for ${address} must be text, not ${typeof code}`, { address });
  }
  const text = code.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const found = ACTED_UPON.exec(text);
  if (found) {
    const line = text.slice(0, found.index).split('\n').length;
    const hex = found[0].charCodeAt(0).toString(16).padStart(2, '0');
    throw new ArgumentError(
      'INVALID_ARGUMENT',
      `${what} for ${address} holds the control character 0x${hex} in line ${line}; write it as '\\x${hex}'`,
      { address },
    );
  }
  return text;
}
