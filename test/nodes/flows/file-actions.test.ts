import assert from 'node:assert/strict';
import { TestFlow } from '../../support/test-flow';

describe('flows: micropython-files', () => {
  const flow = new TestFlow('sim:flows-file-actions');
  before(() =>
    flow.load([
      { id: 'files', type: 'micropython-files', action: '', path: '', pathType: 'str' },
      { id: 'tree', type: 'micropython-files', action: 'remove', path: '', pathType: 'str', recursive: true },
      {
        id: 'rename',
        type: 'micropython-files',
        action: 'rename',
        path: 'from',
        pathType: 'msg',
        to: 'into',
        toType: 'msg',
      },
      { id: 'write', type: 'micropython-write', path: '', pathType: 'str', createDirs: true },
    ]),
  );
  after(() => flow.unload());

  const write = (filename: string, payload: string) => flow.input('write', { filename, payload });
  async function act(action: string, filename?: string, more: object = {}): Promise<unknown> {
    const { sent, error, ends } = await flow.input('files', { action, filename, ...more });
    if (error) throw error;
    assert.equal(ends, 1);
    assert.equal(sent[0]?.filename, filename);
    return sent[0]?.payload;
  }

  it('looks at files', async () => {
    await write('/a/hello.txt', 'hello');
    assert.equal(await act('exists', '/a/hello.txt'), true);
    assert.equal(await act('exists', '/a/other.txt'), false);
    const stat = (await act('stat', '/a/hello.txt')) as { type: string; size: number };
    assert.equal(stat.type, 'file');
    assert.equal(stat.size, 5);
    assert.equal(await act('hash', '/a/hello.txt'), '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    assert.equal(await act('crc32', '/a/hello.txt'), '3610a686');
    assert.ok(await act('usage'));
  });

  it('makes, renames and removes', async () => {
    assert.equal(await act('mkdir', '/b'), true);
    assert.equal(await act('touch', '/b/x'), true);
    const renamed = await flow.input('rename', { from: '/b/x', into: '/b/y' });
    assert.equal(renamed.error, undefined);
    assert.equal(await act('exists', '/b/y'), true);
    assert.equal(await act('rename', '/b/y', { to: '/b/z' }), true);
    assert.equal(await act('remove', '/b/z'), true);
    assert.equal(await act('exists', '/b/z'), false);
  });

  it('removes a full folder only when told to', async () => {
    await write('/full/x', '');
    assert.ok((await flow.input('files', { action: 'remove', filename: '/full' })).error);
    assert.equal((await flow.input('tree', { filename: '/full' })).error, undefined);
    assert.equal(await act('exists', '/full'), false);
  });

  it('ends in one error that names the file', async () => {
    for (const action of ['stat', 'remove', 'hash']) {
      const { error, ends, sent } = await flow.input('files', { action, filename: '/missing' });
      assert.equal(error?.code, 'ENOENT', action);
      assert.match(error?.message ?? '', /\/missing/);
      assert.equal(ends, 1);
      assert.equal(sent.length, 0);
    }
  });

  it('refuses what is missing or unknown', async () => {
    for (const msg of [
      { action: 'format', filename: '/a' },
      { filename: '/a' },
      { action: 'stat' },
      { action: 'rename', filename: '/a' },
    ]) {
      const { error, ends } = await flow.input('files', msg);
      assert.equal(error?.code, 'INVALID_ARGUMENT', JSON.stringify(msg));
      assert.equal(ends, 1);
    }
  });
});
