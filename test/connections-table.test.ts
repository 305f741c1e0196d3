import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');

/** The tests that the tables of docs/connections.md name: file and name. */
function namedTests(): { file: string; name: string }[] {
  const rows = readFileSync(join(root, 'docs/connections.md'), 'utf8').split('\n');
  const cells = rows.flatMap((row) => (/^\| .* \| .* \| (`.*`.*) \|$/.exec(row)?.[1] ?? '').split('<br>'));
  return cells.flatMap((cell) => {
    const [, file, name] = /^`((?:lib|nodes|package|support)\/[^`]+)` (?:… )?(.+)$/.exec(cell) ?? [];
    return file !== undefined && name !== undefined ? [{ file, name }] : [];
  });
}

describe('the tables of docs/connections.md', () => {
  it('name tests that exist', () => {
    const named = namedTests();
    assert.ok(named.length > 60, `only ${named.length} tests were found in the tables`);
    const missing = named.filter(({ file, name }) => {
      const path = [`test/${file}.test.ts`, `test/${file}.ts`].map((each) => join(root, each)).find(existsSync);
      return path === undefined || !readFileSync(path, 'utf8').includes(name);
    });
    assert.deepEqual(missing, []);
  });
});
