/**
 * Shell code (bash) that closes every file but standard input, output and error.
 *
 * Node.js opens files so that child processes do not get them, but the pseudo-terminals of `node-pty` are opened
 * without that flag. A child that has the end of a pseudo-terminal keeps it from hanging up, for as long as it lives.
 */
export const CLOSE_INHERITED_FILES =
  'for file in /proc/$$/fd/*; do file=${file##*/}; [ "$file" -gt 2 ] && eval "exec $file>&-"; done;';

/** The command, to be started in place of itself while pseudo-terminals are open. Linux. */
export function withoutInheritedFiles(command: readonly string[]): [string, ...string[]] {
  return ['bash', '-c', `${CLOSE_INHERITED_FILES} exec "$@"`, 'bash', ...command];
}
