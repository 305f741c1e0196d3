import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const catalogue = JSON.parse(readFileSync(resolve(root, 'locales/en-US/micropython.json'), 'utf8')) as object;
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');

/** The text of a key, as Node-RED finds it. */
function text(key: string): unknown {
  return key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], catalogue);
}

describe('nodes: catalogue', () => {
  it('has every text of the status reducer, short enough for a status', () => {
    const keys = [...read('src/nodes/shared/status.ts').matchAll(/text\('([\w-]+)'\)/g)].map((match) => match[1]);
    assert.ok(keys.length >= 8, 'the source has another form now: fix this test');
    for (const key of [...keys, 'disconnected']) {
      const found = text(`micropython.status.${key}`);
      assert.equal(typeof found, 'string', key);
      assert.ok((found as string).replace(/__\w+__/, '99').length < 20, key);
    }
  });

  it('has a short reason for each code of the link and the protocol', () => {
    const source = read('src/lib/errors.ts');
    const codes = ['TransportErrorCode', 'ProtocolErrorCode'].flatMap((type) => {
      const declaration = source.slice(source.indexOf(`export type ${type}`)).split(';')[0] ?? '';
      return [...declaration.matchAll(/\| '(\w+)'/g)].map((match) => match[1]);
    });
    assert.ok(codes.length >= 9, 'the source has another form now: fix this test');
    for (const code of codes) {
      const found = text(`micropython.status.reason.${code}`);
      assert.equal(typeof found, 'string', code);
      assert.ok((found as string).length < 20, code);
    }
  });
});
