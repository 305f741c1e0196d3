/**
 * Patterns of paths to leave alone, in the manner of `.gitignore`: `*` and `?` stay within a name, `**` crosses folders;
 * a pattern without a slash inside matches a name in any folder; what is in an ignored folder is ignored.
 *
 *   *.pyc     __pycache__     /build     docs/*.md     src/**\/test
 *
 * Pure. @param patterns blank ones count for nothing
 * @returns whether a path, relative and with forward slashes, is ignored
 */
export function ignoring(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.filter((pattern) => pattern.trim() !== '').map(regularExpression);
  return (path) => tests.some((test) => test.test(path));
}

function regularExpression(pattern: string): RegExp {
  const bare = pattern.trim().replace(/\/+$/, '').replace(/^\.\//, '/');
  const anchored = bare.includes('/');
  const source = bare
    .replace(/^\//, '')
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => WILDCARDS[part] ?? part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('');
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${source}(?:/|$)`, 'su');
}

const WILDCARDS: Record<string, string> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
