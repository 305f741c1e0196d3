import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../../dist/lib/index';

const FOLDER = '/files-suite';
const allBytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

/** Files through a whole `Device`, on whatever MicroPython there is. Uses one folder and removes it. */
export function describeFiles(device: () => Device): void {
  describe('files', () => {
    beforeEach(async () => {
      if (await device().fs.exists(FOLDER)) await device().fs.remove(FOLDER, { recursive: true });
      await device().fs.mkdir(FOLDER);
    });
    afterEach(() => device().fs.remove(FOLDER, { recursive: true }));

    const contents: [string, Buffer][] = [
      ['nothing', Buffer.alloc(0)],
      ['all byte values', allBytes],
      ['what the REPL acts upon', Buffer.alloc(3000, '\x01\x02\x03\x04\x05\r\n\\\'"0\x00')],
      ['what looks like an end', Buffer.from('\x04\x04>\x04Traceback (most recent call last):\r\n\x04>'.repeat(50))],
      ['64 KiB at random', randomBytes(65536)],
      ['text that shrinks', Buffer.from('import machine\npin = machine.Pin(25)\n'.repeat(500))],
    ];
    for (const [what, data] of contents) {
      it(`come back as they were written: ${what}`, async () => {
        await device().fs.writeFile(`${FOLDER}/data.bin`, data);
        assert.ok((await device().fs.readFile(`${FOLDER}/data.bin`)).equals(data));
        const digest = createHash('sha256').update(data).digest('hex');
        assert.equal(await device().fs.hash(`${FOLDER}/data.bin`, 'sha256'), digest);
        assert.equal((await device().fs.stat(`${FOLDER}/data.bin`)).size, data.length);
      });
    }

    it('may have hostile names', async () => {
      const names = [`quote ' and "`, 'back\\slash', '# {x} %s $(y)', 'Grüße 🎉', 'n'.repeat(100)];
      for (const name of names) await device().fs.writeFile(`${FOLDER}/${name}`, name);
      const listed = await device().fs.list(FOLDER);
      assert.deepEqual(listed.map((entry) => entry.name).sort(), [...names].sort());
      for (const name of names) assert.equal((await device().fs.readFile(`${FOLDER}/${name}`)).toString(), name);
    });

    it('are replaced whole, appended to, renamed over another, and removed', async () => {
      const { fs } = device();
      await fs.writeFile(`${FOLDER}/a.txt`, 'long old content');
      await fs.writeFile(`${FOLDER}/a.txt`, 'new');
      await fs.writeFile(`${FOLDER}/a.txt`, ' and more', { append: true });
      await fs.writeFile(`${FOLDER}/b.txt`, 'other');
      await fs.rename(`${FOLDER}/a.txt`, `${FOLDER}/b.txt`);
      assert.equal((await fs.readFile(`${FOLDER}/b.txt`)).toString(), 'new and more');
      assert.deepEqual(await fs.list(FOLDER), [{ name: 'b.txt', path: `${FOLDER}/b.txt`, type: 'file', size: 12 }]);
      await fs.remove(`${FOLDER}/b.txt`);
      assert.equal(await fs.exists(`${FOLDER}/b.txt`), false);
    });

    it('stand in folders, which are listed and removed with all that is in them', async () => {
      const { fs } = device();
      await fs.mkdir(`${FOLDER}/one/two`, { recursive: true });
      await fs.writeFile(`${FOLDER}/one/two/three.txt`, '3');
      const paths = (await fs.list(FOLDER, { recursive: true })).map(({ path, type }) => `${type} ${path}`);
      assert.deepEqual(paths, [`dir ${FOLDER}/one`, `dir ${FOLDER}/one/two`, `file ${FOLDER}/one/two/three.txt`]);
      await assert.rejects(fs.remove(`${FOLDER}/one`), { code: 'ENOTEMPTY' });
      await fs.remove(`${FOLDER}/one`, { recursive: true });
      assert.deepEqual(await fs.list(FOLDER), []);
      await assert.rejects(fs.remove('/', { recursive: true }), { code: 'INVALID_ARGUMENT' });
    });

    it('end in errors with a code, and the next command works', async () => {
      const { fs, address } = device();
      await assert.rejects(fs.readFile(`${FOLDER}/missing`), (error: Error & { code: string }) => {
        assert.equal(error.code, 'ENOENT');
        assert.ok(error.message.includes(`${FOLDER}/missing`) && error.message.includes(address), error.message);
        return true;
      });
      await assert.rejects(fs.readFile(FOLDER), { code: 'EISDIR' });
      await assert.rejects(fs.readFile(''), { code: 'INVALID_ARGUMENT' });
      await assert.rejects(fs.writeFile(`${FOLDER}/x`, 7 as unknown as string), { code: 'INVALID_ARGUMENT' });
      await assert.rejects(fs.mkdir(FOLDER), { code: 'EEXIST' });
      assert.equal(await device().eval('1 + 1'), 2);
    });

    it('stream in and out, while other commands run', async () => {
      const pieces = Array.from({ length: 40 }, (_, i) => Buffer.alloc(5000, i));
      async function* source(): AsyncGenerator<Buffer> {
        for (const piece of pieces) {
          await Promise.resolve();
          yield piece;
        }
      }
      const writing = device().fs.writeFile(`${FOLDER}/stream.bin`, source());
      const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => device().eval(`${i} * 3`)));
      assert.deepEqual(
        answers,
        Array.from({ length: 10 }, (_, i) => i * 3),
      );
      await writing;
      const read: Buffer[] = [];
      for await (const chunk of device().fs.readChunks(`${FOLDER}/stream.bin`)) read.push(chunk);
      assert.ok(Buffer.concat(read).equals(Buffer.concat(pieces)));
    });

    it('can be synced with a folder of the host, and then there is nothing to do', async () => {
      const host = mkdtempSync(join(tmpdir(), 'files-suite-'));
      try {
        mkdirSync(join(host, 'lib'));
        writeFileSync(join(host, 'main.py'), 'print("main")\n');
        writeFileSync(join(host, 'lib', 'data.bin'), allBytes);
        const first = await device().fs.sync(host, `${FOLDER}/app`);
        assert.deepEqual([...first.upload].sort(), ['lib/data.bin', 'main.py']);
        const second = await device().fs.sync(host, `${FOLDER}/app`);
        assert.deepEqual(second.upload, []);
        assert.equal(second.skip.length, 2);
        const back = join(host, 'back');
        mkdirSync(back);
        await device().fs.sync(back, `${FOLDER}/app`, { direction: 'down' });
        assert.deepEqual(readdirSync(back).sort(), ['lib', 'main.py']);
        assert.ok(readFileSync(join(back, 'lib', 'data.bin')).equals(allBytes));
      } finally {
        rmSync(host, { recursive: true, force: true });
      }
    });
  });
}
