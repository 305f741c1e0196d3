import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ArgumentError } from '../../../src/lib/errors';
import { DeviceFs } from '../../../src/lib/fs/device-fs';
import type { DirectRunner } from '../../support/direct-runner';
import { describeTargets } from '../../support/file-targets';

const TREE: Record<string, string> = {
  'main.py': 'print("main")',
  'lib/a.py': 'a = 1',
  'lib/deep/b.py': 'b = 2',
  "it's 🙂.txt": 'emoji',
  'empty.txt': '',
};

describeTargets('sync', (open) => {
  let runner: DirectRunner;
  let fs: DeviceFs;
  let host: string;

  beforeEach(async () => {
    runner = await open();
    fs = new DeviceFs(runner);
    host = mkdtempSync(join(tmpdir(), 'micropython-sync-'));
    for (const [path, text] of Object.entries(TREE)) put(path, text);
    mkdirSync(join(host, 'hollow'));
  });
  afterEach(() => rmSync(host, { recursive: true }));

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(host, path)), { recursive: true });
    writeFileSync(join(host, path), text);
  }

  const onDevice = async (folder = '/app') =>
    Object.fromEntries(
      await Promise.all(
        (await fs.list(folder, { recursive: true })).map(async ({ path, type }) => [
          path.slice(folder.length + 1),
          type === 'dir' ? null : (await fs.readFile(path)).toString(),
        ]),
      ),
    ) as Record<string, string | null>;
  const wholeTree = { ...TREE, lib: null, 'lib/deep': null, hollow: null };

  it('copies a tree into a folder that is not there yet', async () => {
    const result = await fs.sync(host, '/app');
    assert.deepEqual(await onDevice(), wholeTree);
    assert.deepEqual(result, {
      direction: 'up',
      dryRun: false,
      upload: ['empty.txt', "it's 🙂.txt", 'lib/a.py', 'lib/deep/b.py', 'main.py'],
      download: [],
      skip: [],
      delete: [],
      makeDirs: ['hollow', 'lib', 'lib/deep'],
      bytes: 28,
    });
  });

  it('copies only what has changed, and compares all in one command', async () => {
    await fs.sync(host, '/app');
    put('lib/a.py', 'a = 9');
    put('main.py', 'print("longer main")');
    await fs.hash('/app/main.py');
    runner.reset();
    const { upload, skip } = await fs.sync(host, '/app');
    assert.deepEqual(upload, ['lib/a.py', 'main.py']);
    assert.deepEqual(skip, ['empty.txt', "it's 🙂.txt", 'lib/deep/b.py']);
    // A list, the checksums, and two files.
    assert.equal(runner.commands.length, 4);
    assert.equal((await onDevice())['lib/a.py'], 'a = 9');
  });

  it('takes two commands when nothing has changed', async () => {
    await fs.sync(host, '/app');
    await fs.hash('/app/main.py');
    runner.reset();
    const result = await fs.sync(host, '/app');
    assert.deepEqual([result.upload, result.makeDirs, result.bytes], [[], [], 0]);
    assert.equal(runner.commands.length, 2);
    assert.equal(runner.commands[1]!.doing, 'hashing 5 files');
    // One checksum goes up, and nothing comes down, see `OVERHEAD_RECEIVED`.
    const before = runner.received;
    await fs.list('/app', { recursive: true });
    assert.equal(before - (runner.received - before), 16);
  });

  it('finds the one that differs among more files than go into one command', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `many/${index}.txt`);
    mkdirSync(join(host, 'many'));
    for (const name of names) writeFileSync(join(host, name), name);
    await fs.sync(host, '/app');
    await fs.writeFile('/app/many/77.txt', 'many/99.txt');
    runner.reset();
    const result = await fs.sync(host, '/app');
    assert.deepEqual(result.upload, ['many/77.txt']);
    assert.deepEqual(runner.commands.map(({ doing }) => doing.replace(/\d+ files/, 'n files')).slice(1, 3), [
      'hashing n files',
      'hashing n files',
    ]);
    assert.equal((await fs.readFile('/app/many/77.txt')).toString(), 'many/77.txt');
  });

  it('deletes extras only when told to', async () => {
    await fs.sync(host, '/app');
    await fs.writeFile('/app/old/x/extra.py', 'x', { createDirs: true });
    await fs.writeFile('/app/extra.txt', 'x');
    assert.deepEqual((await fs.sync(host, '/app')).delete, []);
    assert.equal(await fs.exists('/app/extra.txt'), true);
    assert.deepEqual((await fs.sync(host, '/app', { deleteExtras: true })).delete, ['extra.txt', 'old']);
    assert.deepEqual(await onDevice(), wholeTree);
  });

  it('only says what it would do', async () => {
    await fs.writeFile('/app/extra.txt', 'x', { createDirs: true });
    const before = await onDevice();
    const plan = await fs.sync(host, '/app', { dryRun: true, deleteExtras: true });
    assert.equal(plan.dryRun, true);
    assert.deepEqual(plan.delete, ['extra.txt']);
    assert.equal(plan.upload.length, 5);
    assert.deepEqual(await onDevice(), before);
  });

  it('leaves alone what is to be ignored, on both sides', async () => {
    put('.git/config', 'x');
    put('lib/__pycache__/a.pyc', 'x');
    await fs.writeFile('/app/data.log', 'keep', { createDirs: true });
    const ignore = ['.git', '__pycache__/', '*.log', '/hollow'];
    const result = await fs.sync(host, '/app', { ignore, deleteExtras: true });
    assert.deepEqual(result.delete, []);
    const { hollow: _, ...rest } = wholeTree;
    assert.deepEqual(await onDevice(), { ...rest, 'data.log': 'keep' });
  });

  it('replaces a file by a folder, and a folder by a file', async () => {
    await fs.writeFile('/app/lib', 'a file', { createDirs: true });
    await fs.writeFile('/app/main.py/inside', 'x', { createDirs: true });
    await fs.sync(host, '/app');
    assert.deepEqual(await onDevice(), wholeTree);
  });

  it('goes down as well', async () => {
    await fs.sync(host, '/app');
    const other = join(host, 'hollow/other');
    const first = await fs.sync(other, '/app', { direction: 'down' });
    assert.deepEqual(first.download.length, 5);
    assert.deepEqual(first.upload, []);
    for (const [path, text] of Object.entries(TREE)) assert.equal(readFileSync(join(other, path), 'utf8'), text);
    await fs.writeFile('/app/main.py', 'print("MAIN")');
    writeFileSync(join(other, 'extra.txt'), 'x');
    const second = await fs.sync(other, '/app/', { direction: 'down', deleteExtras: true });
    assert.deepEqual([second.download, second.delete], [['main.py'], ['extra.txt']]);
    assert.equal(readFileSync(join(other, 'main.py'), 'utf8'), 'print("MAIN")');
    assert.deepEqual(readdirSync(other).sort(), ['empty.txt', 'hollow', "it's 🙂.txt", 'lib', 'main.py']);
  });

  it('counts bytes of all files', async () => {
    const seen: number[] = [];
    await fs.sync(host, '/app', { onProgress: ({ transferred, total }) => seen.push(transferred, total ?? -1) });
    assert.deepEqual(seen.slice(-2), [28, 28]);
    assert.deepEqual(
      seen.filter((_, index) => index % 2 === 0),
      seen.filter((_, index) => index % 2 === 0).sort((a, b) => a - b),
    );
  });

  it('works with the root of the device', async () => {
    await fs.sync(host, '/');
    assert.equal((await fs.readFile('/lib/deep/b.py')).toString(), 'b = 2');
    assert.deepEqual((await fs.sync(host, '/')).upload, []);
  });

  it('fails when there is nothing to copy from', async () => {
    await assert.rejects(fs.sync(join(host, 'none'), '/app'), { code: 'ENOENT' });
    await assert.rejects(fs.sync(host, '/none', { direction: 'down' }), { code: 'ENOENT' });
    await assert.rejects(fs.sync(host, '/app', { direction: 'upload' as 'up' }), ArgumentError);
  });

  it('stops on the signal', async () => {
    const abort = new AbortController();
    const progress = () => abort.abort();
    await assert.rejects(fs.sync(host, '/app', { signal: abort.signal, onProgress: progress }), { code: 'ABORTED' });
    assert.equal(
      Object.keys(await onDevice()).some((path) => path.startsWith('.~')),
      false,
    );
  });
});
