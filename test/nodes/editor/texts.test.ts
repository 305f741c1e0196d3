import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT, catalogue, loadBuiltEditor } from '../../support/built-editor';

describe('the texts', () => {
  const texts = catalogue();
  const { dialogs, definitions } = loadBuiltEditor();

  it('have every key of the dialogs', () => {
    for (const [type, dialog] of dialogs) {
      for (const [, attribute = ''] of dialog.matchAll(/data-i18n="([^"]+)"/g)) {
        for (const part of attribute.split(';')) {
          const key = part.replace(/^\[[^\]]+\]/, '');
          assert.ok(key.startsWith('node-red:') || texts.has(key), `${type}: ${key}`);
        }
      }
      const bare = dialog.replace(/<[^>]*>/g, '').trim();
      assert.equal(bare, '', `${type} has words that cannot be translated`);
    }
  });

  it('have every key that the code of the editor asks for', () => {
    const source = sources(/(^|[\\/])editor([\\/].*)?\.ts$/);
    const keys = [...source.matchAll(/(?<![.\w])text\('([^']+)'/g)].map((match) => match[1] ?? '');
    assert.ok(keys.length > 30);
    for (const key of keys) assert.ok(texts.has(`micropython.${key}`), key);
  });

  it('have every key that is put together', () => {
    const union = (file: string, type: string) => {
      const source = readFileSync(join(__dirname, '../../../src/nodes/editor', file), 'utf8');
      const body = new RegExp(`${type}\\??\\s*[=:]([^;]+);`).exec(source)?.[1] ?? '';
      return [...body.matchAll(/'([\w-]+)'/g)].map((match) => match[1] ?? '');
    };
    const expected = [
      ...union('address-form.ts', 'type AddressKind').map((key) => `address.kind.${key}`),
      ...union('address-form.ts', 'type AddressProblem').map((key) => `address.problem.${key}`),
      ...union('address-choices.ts', 'titleKey').map((key) => `choice.${key}`),
      ...union('address-choices.ts', 'detailKey').map((key) => `choice.${key}`),
      ...union('argument-name.ts', 'type NameProblem').map((key) => `problem.${key}`),
    ];
    assert.ok(expected.length > 25);
    for (const key of expected) assert.ok(texts.has(`micropython.${key}`), key);
  });

  it('have what the palette and the workspace show', () => {
    const shown = loadBuiltEditor((key) => texts.get(key.replace(/^[^:]*:/, '')) ?? `MISSING ${key}`).definitions;
    for (const [type, definition] of shown) {
      const node = {
        name: '',
        ...Object.fromEntries(Object.entries(definition.defaults).map(([key, { value }]) => [key, value])),
      };
      assert.doesNotMatch(definition.label.call(node), /MISSING|^$/, type);
      // A flow written by hand, or by an older version, lacks properties.
      assert.doesNotMatch(definition.label.call({ name: '' }), /MISSING|undefined|^$/, type);
      assert.doesNotMatch(definition.paletteLabel?.() ?? '', /MISSING/, type);
    }
    assert.equal(shown.size, definitions.size);
  });

  it('are the same keys in every language', () => {
    for (const language of readdirSync(join(BUILT, 'locales'))) {
      for (const key of catalogue(language).keys()) assert.ok(texts.has(key), `${language}: ${key}`);
    }
  });

  it('are all used', () => {
    const everything = sources(/\.(ts|html)$/);
    const assembled = /^micropython\.(address|choice|problem|status|palette)\./;
    for (const key of texts.keys())
      assert.ok(assembled.test(key) || everything.includes(key.replace('micropython.', '')), key);
  });
});

/** All sources of the nodes whose path matches, as one text. */
function sources(wanted: RegExp): string {
  const folder = join(__dirname, '../../../src/nodes');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => wanted.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}
