/**
 * Python source in fewer bytes: no comments, no blank lines, indentation of one space a level, single spaces gone
 * around operators. For our own snippets only: strings of one line, indentation of four spaces. Pure.
 */
export function minify(source: string): string {
  const lines: string[] = [];
  for (const line of source.split('\n')) {
    const indent = line.length - line.trimStart().length;
    const code = squeeze(line.trim());
    if (code !== '') lines.push(' '.repeat(indent / 4) + code);
  }
  return lines.join('\n') + '\n';
}

/** One line without its comment, and without spaces that part no words. Strings stay as they are. */
function squeeze(line: string): string {
  let out = '';
  for (let at = 0; at < line.length;) {
    const char = line[at]!;
    if (char === '#') break;
    if (char === '"' || char === "'") {
      const end = line.indexOf(char, at + 1) + 1;
      out += line.slice(at, end);
      at = end;
    } else if (char === ' ') {
      if (isWordPart(out.at(-1)) && isWordPart(line[at + 1])) out += ' ';
      at++;
    } else {
      out += char;
      at++;
    }
  }
  return out.trimEnd();
}

/** Quotes count as words: `return "x"` may stand together, but `if b"x"` must not become another literal. */
function isWordPart(char: string | undefined): boolean {
  return char !== undefined && /[\w"']/.test(char);
}
