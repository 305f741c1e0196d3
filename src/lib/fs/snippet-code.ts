import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { base64Literal, bytesLiteral } from '../python/bytes-literal';
import { minify } from '../python/minify';
import { crc32 } from './check';

/** How our own source travels. The packed forms need `deflate` and `binascii` on the device. */
export type SourceForm = 'plain' | 'base64' | 'literal';

/** Window of the deflated source as a power of two: the device holds 2 KiB. A larger one saves 2 % more. */
const WINDOW_BITS = 11;

/**
 * Python source that defines the functions of these snippets in the dictionary `_nrmp`, which it makes when it is not
 * there. `exec` and its own globals: what the user's code calls `open` or `print` does not matter to ours.
 * @param names files in python/snippets, in order; none: nothing to do, empty text
 */
export function installCode(names: readonly string[], form: SourceForm): Buffer {
  if (names.length === 0) return Buffer.alloc(0);
  const source = sourceExpression(names, form);
  const head = "try:_nrmp\nexcept:_nrmp={}\n__import__('builtins').exec(";
  return Buffer.concat([Buffer.from(head), source, Buffer.from(',_nrmp)\n')]);
}

const expressions = new Map<string, Buffer>();

/** The same few combinations each time: kept, as packing takes longer than sending. */
function sourceExpression(names: readonly string[], form: SourceForm): Buffer {
  const key = `${form}:${names.join()}`;
  let expression = expressions.get(key);
  if (expression === undefined) {
    const source = names.map(sourceOf).join('');
    expression = form === 'plain' ? Buffer.from(`'''${source}'''`) : packed(source, form);
    expressions.set(key, expression);
  }
  return expression;
}

/** Damaged on its way it must not run: it becomes `?`, a SyntaxError, which uploads take for what it is. */
function packed(source: string, form: 'base64' | 'literal'): Buffer {
  const deflated = deflateRawSync(source, { windowBits: WINDOW_BITS, level: 9, memLevel: 9 });
  const inflate =
    `(lambda d:__import__('deflate').DeflateIO(__import__('io').BytesIO(d),1,${WINDOW_BITS}).read()` +
    `if __import__('binascii').crc32(d)==${crc32(deflated)} else'?')(`;
  const bytes = form === 'literal' ? bytesLiteral(deflated, { rawPaste: false }) : base64Literal(deflated);
  return Buffer.concat([Buffer.from(inflate), bytes, Buffer.from(')')]);
}

const sources = new Map<string, string>();

function sourceOf(name: string): string {
  let source = sources.get(name);
  if (source === undefined) {
    source = minify(readFileSync(join(__dirname, '../python/snippets', `${name}.py`), 'utf8'));
    sources.set(name, source);
  }
  return source;
}
