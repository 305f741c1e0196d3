import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { DeviceException, ProtocolError } from '../../../src/lib/errors';
import { DeviceFs } from '../../../src/lib/fs/device-fs';
import type { DirectRunner } from '../../support/direct-runner';
import { describeTargets, fileTargets } from '../../support/file-targets';
import { mountMoody } from '../../support/mount-moody';

/** Numbers of errors: Linux, WASI. */
const EROFS = [30, 69] as const;
const EEXIST = [17, 20] as const;
const ENOSPC = [28, 51] as const;

describeTargets(
  'DeviceFs on file systems with moods',
  (open, target) => {
    let runner: DirectRunner;
    let fs: DeviceFs;
    const number = ([linux, wasi]: readonly [number, number]) => (target === 'WebAssembly' ? wasi : linux);
    const names = async () => (await fs.list('/moody')).map(({ name }) => name);

    beforeEach(async () => {
      runner = await open();
      fs = new DeviceFs(runner);
    });

    it('replaces a file where rename refuses to', async () => {
      await mountMoody(runner, `exists=${number(EEXIST)}`);
      await fs.writeFile('/moody/file', 'old');
      await fs.writeFile('/moody/file', 'new');
      assert.equal((await fs.readFile('/moody/file')).toString(), 'new');
      await fs.writeFile('/moody/other', 'other');
      await fs.rename('/moody/other', '/moody/file');
      assert.equal((await fs.readFile('/moody/file')).toString(), 'other');
      assert.deepEqual(await names(), ['file']);
    });

    it('says EROFS on a read-only file system', async () => {
      await mountMoody(runner, '');
      await fs.writeFile('/moody/file', 'old');
      await runner.python(`moody.read_only = ${number(EROFS)}`);
      for (const change of [
        () => fs.writeFile('/moody/file', 'new'),
        () => fs.writeFile('/moody/file', 'new', { append: true }),
        () => fs.remove('/moody/file'),
        () => fs.rename('/moody/file', '/moody/x'),
        () => fs.touch('/moody/new'),
      ]) {
        await assert.rejects(change(), (error) => error instanceof DeviceException && error.code === 'EROFS');
      }
      assert.equal((await fs.readFile('/moody/file')).toString(), 'old');
    });

    it('says ENOSPC and keeps the old file', async () => {
      await mountMoody(runner, `room=5000, full=${number(ENOSPC)}`);
      await fs.writeFile('/moody/file', 'old');
      await assert.rejects(
        fs.writeFile('/moody/file', randomBytes(9000)),
        (error) => error instanceof DeviceException && error.code === 'ENOSPC',
      );
      assert.equal((await fs.readFile('/moody/file')).toString(), 'old');
      assert.deepEqual(await names(), ['file']);
    });

    it('takes an append back when the space runs out in the middle of it', async () => {
      await mountMoody(runner, `room=5000, full=${number(ENOSPC)}`);
      const old = randomBytes(2000);
      await fs.writeFile('/moody/file', old);
      await assert.rejects(
        fs.writeFile('/moody/file', randomBytes(4000), { append: true }),
        (error) => error instanceof DeviceException && error.code === 'ENOSPC',
      );
      assert.deepEqual(await fs.readFile('/moody/file'), old);
      assert.deepEqual(await names(), ['file']);
    });

    it('writes again when the storage has changed a byte, and gives up when it always does', async () => {
      await mountMoody(runner, '');
      await fs.writeFile('/moody/file', 'old content');
      await runner.python('moody.rot = 1');
      await fs.writeFile('/moody/file', 'new content');
      assert.equal((await fs.readFile('/moody/file')).toString(), 'new content');
      await runner.python('moody.rot = 1000');
      await assert.rejects(
        fs.writeFile('/moody/file', 'newer content'),
        (error) => error instanceof ProtocolError && error.code === 'UNEXPECTED_REPLY',
      );
      assert.equal((await fs.readFile('/moody/file')).toString(), 'new content');
      assert.deepEqual(await names(), ['file']);
    });

    it('takes an append back that the storage has changed', async () => {
      await mountMoody(runner, '');
      await fs.writeFile('/moody/file', 'old content');
      await runner.python('moody.rot = 1');
      await assert.rejects(
        fs.writeFile('/moody/file', 'new content', { append: true }),
        (error) => error instanceof DeviceException && error.code === 'EIO',
      );
      assert.equal((await fs.readFile('/moody/file')).toString(), 'old content');
    });

    it('removes nothing where a file system is mounted', async () => {
      await mountMoody(runner, '');
      await fs.writeFile('/moody/precious', 'x');
      for (const recursive of [false, true]) {
        await assert.rejects(
          fs.remove('/moody', { recursive }),
          (error) => error instanceof DeviceException && error.code === 'EBUSY',
        );
      }
      assert.deepEqual(await names(), ['precious']);
      assert.ok((await fs.usage()).some(({ path }) => path === '/moody'));
    });

    it('refuses to move a file to another file system, and says so', async () => {
      await mountMoody(runner, '');
      await fs.writeFile('/file', 'x');
      await assert.rejects(fs.rename('/file', '/moody/file'), (error) => error instanceof DeviceException);
      assert.equal(await fs.exists('/file'), true);
    });
  },
  fileTargets.slice(0, 2),
);
