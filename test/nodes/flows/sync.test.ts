import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestFlow } from '../../support/test-flow';

interface Result {
  upload: string[];
  download: string[];
  skip: string[];
  delete: string[];
}

describe('flows: micropython-sync', () => {
  const flow = new TestFlow('sim:flows-sync');
  const host = mkdtempSync(join(tmpdir(), 'sync-'));

  before(async () => {
    mkdirSync(join(host, 'lib'));
    writeFileSync(join(host, 'main.py'), 'print(1)\n');
    writeFileSync(join(host, 'lib', 'x.py'), 'x = 1\n');
    writeFileSync(join(host, 'notes.txt'), 'not for the device');
    const common = { type: 'micropython-sync', local: host, localType: 'str', path: '/app', pathType: 'str' };
    await flow.load([
      { id: 'up', ...common, direction: 'up', deleteExtras: true, ignore: '*.txt\n\n' },
      { id: 'plan', ...common, direction: 'up', dryRun: true },
      { id: 'elsewhere', ...common, path: 'target', pathType: 'msg', deleteExtras: true },
      { id: 'down', ...common, local: 'to', localType: 'msg', direction: 'down' },
      { id: 'write', type: 'micropython-write', path: '/app/extra.py', pathType: 'str' },
    ]);
  });
  after(async () => {
    await flow.unload();
    rmSync(host, { recursive: true });
  });

  async function sync(id: string, msg: object = {}): Promise<Result> {
    const { sent, error, ends } = await flow.input(id, { ...msg });
    if (error) throw error;
    assert.equal(ends, 1);
    return sent[0]?.payload as Result;
  }

  it('uploads what differs, leaves out what is ignored, skips what is equal', async () => {
    assert.deepEqual((await sync('up')).upload.sort(), ['lib/x.py', 'main.py']);
    const second = await sync('up');
    assert.deepEqual(second.upload, []);
    assert.deepEqual(second.skip.sort(), ['lib/x.py', 'main.py']);
  });

  it('says what it would do, and does nothing', async () => {
    assert.deepEqual((await sync('plan')).upload, ['notes.txt']);
    assert.deepEqual((await sync('plan')).upload, ['notes.txt']);
  });

  it('deletes what the host does not have, when told to', async () => {
    await flow.input('write', { payload: 'x' });
    assert.deepEqual((await sync('up')).delete, ['extra.py']);
  });

  it('goes the other way', async () => {
    const to = join(host, 'copy');
    assert.deepEqual((await sync('down', { to })).download.sort(), ['lib/x.py', 'main.py']);
    assert.equal(readFileSync(join(to, 'lib/x.py'), 'utf8'), 'x = 1\n');
  });

  it('ends in one error when there is no folder', async () => {
    for (const to of [undefined, '', 5]) {
      const { error, ends } = await flow.input('down', { to });
      assert.equal(error?.code, 'INVALID_ARGUMENT', String(to));
      assert.match(error?.message ?? '', /folder of this computer/);
      assert.equal(ends, 1);
    }
  });

  it('leaves the device alone when the message does not say which folder of it is meant', async () => {
    await flow.input('write', { payload: 'x' });
    const { error } = await flow.input('elsewhere', { filename: '/' });
    assert.match(error?.message ?? '', /^path: msg\.target is empty$/);
    assert.deepEqual((await sync('up')).delete, ['extra.py']);
  });

  it('says that the missing folder is one of the computer', async () => {
    const { error, caught } = await flow.input('down', { to: join(host, 'main.py', 'sub') });
    assert.match(error?.message ?? '', /^on the computer of Node-RED: /);
    assert.equal((caught[0]?.errorDetails as { code: string }).code, error?.code);
  });
});
