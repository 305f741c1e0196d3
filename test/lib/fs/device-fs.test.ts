import { strict as assert } from 'node:assert';
import { createHash, randomBytes } from 'node:crypto';
import { ArgumentError, DeviceException } from '../../../src/lib/errors';
import { crc32 } from '../../../src/lib/fs/check';
import { DeviceFs } from '../../../src/lib/fs/device-fs';
import type { DirectRunner } from '../../support/direct-runner';
import { describeTargets } from '../../support/file-targets';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const CONTENTS: Record<string, Buffer> = {
  nothing: Buffer.alloc(0),
  'one byte': Buffer.from([0]),
  'all byte values': ALL_BYTES,
  'all byte values, backwards, many times': Buffer.concat(
    Array.from({ length: 40 }, () => Buffer.from(ALL_BYTES).reverse()),
  ),
  quotes: Buffer.from(`'''''"""""\\'\\"'''`.repeat(50)),
  'backslashes and digits': Buffer.from('\\0\\1\x001\x0318\x047\r0\\r\\n'.repeat(99), 'latin1'),
  'line ends': Buffer.from('\r\n\n\r\r\n'.repeat(500)),
  'control characters of the REPL': Buffer.from('\x01\x02\x03\x04\x05A\x01\x04>OK\x04\x04>'.repeat(100), 'latin1'),
  'a traceback as data': Buffer.from('\x04Traceback (most recent call last):\r\nx\r\n\x04>', 'latin1'),
  'text that repeats': Buffer.from('def f(x):\n    return x + 1\n'.repeat(3000)),
  'random bytes over many pieces': randomBytes(70_000),
};

const NAMES = [
  "it's",
  '"quoted"',
  '~',
  'emoji-🙂-é',
  'x'.repeat(200),
  'a b  c',
  '%s{0}$(x)`x`;#',
  '-rf',
  '@write',
  '__main__',
];
/** FAT refuses these; EINVAL it is there. */
const NAMES_OF_LITTLEFS = ['back\\slash', 'new\nline', 'tab\t', '<>:|?*', 'x\x01\x04y'];

describeTargets('DeviceFs', (open, target) => {
  let runner: DirectRunner;
  let fs: DeviceFs;
  const isFat = target.includes('Fat');

  beforeEach(async () => {
    runner = await open();
    fs = new DeviceFs(runner);
  });

  /** The code of the error with which it fails. */
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'nothing',
      (error: unknown) => {
        assert.ok(error instanceof DeviceException, String(error));
        return error.code;
      },
    );

  describe('content', () => {
    for (const [what, content] of Object.entries(CONTENTS)) {
      it(`writes and reads ${what}`, async () => {
        await fs.writeFile('/file', content);
        assert.deepEqual(await fs.readFile('/file'), content);
        assert.equal((await fs.stat('/file')).size, content.length);
        // The device agrees, independently of our way to read.
        assert.equal(await fs.hash('/file'), createHash('sha256').update(content).digest('hex'));
      });
    }

    it('writes text as UTF-8, over a longer file', async () => {
      await fs.writeFile('/file', 'long'.repeat(1000));
      await fs.writeFile('/file', 'Grüße 🙂');
      assert.equal((await fs.readFile('/file')).toString(), 'Grüße 🙂');
    });

    it('writes what an iterable yields, in pieces of any size', async () => {
      const content = randomBytes(50_000);
      function* pieces() {
        yield '';
        yield content.subarray(0, 1);
        yield content.subarray(1, 40_000);
        yield new Uint8Array();
        yield content.subarray(40_000);
      }
      await fs.writeFile('/file', pieces());
      assert.deepEqual(await fs.readFile('/file'), content);
    });

    it('reads in chunks of the size asked for', async () => {
      const content = randomBytes(10_000);
      await fs.writeFile('/file', content);
      const chunks = [];
      for await (const chunk of fs.readChunks('/file', { size: 3000 })) chunks.push(chunk);
      assert.deepEqual(
        chunks.map((chunk) => chunk.length),
        [3000, 3000, 3000, 1000],
      );
      assert.deepEqual(Buffer.concat(chunks), content);
    });

    it('reads lines with both kinds of ends', async () => {
      await fs.writeFile('/file', 'é\n\r\nthird\r\n' + 'x'.repeat(9000) + '\nlast');
      const lines = [];
      for await (const line of fs.readLines('/file')) lines.push(line);
      assert.deepEqual(lines, ['é', '', 'third', 'x'.repeat(9000), 'last']);
    });

    it('appends, also to a file that is not there', async () => {
      await fs.writeFile('/log', 'one\n', { append: true });
      await fs.writeFile('/log', 'two\n', { append: true });
      const much = randomBytes(100_000);
      await fs.writeFile('/log', much, { append: true });
      assert.deepEqual(await fs.readFile('/log'), Buffer.concat([Buffer.from('one\ntwo\n'), much]));
      assert.deepEqual(
        (await fs.list('/')).filter(({ name }) => name.startsWith('.~')),
        [],
      );
    });

    it('tells about progress', async () => {
      const content = randomBytes(100_000);
      const seen: [number, number | undefined][] = [];
      const onProgress = ({ transferred, total }: { transferred: number; total: number | undefined }) => {
        seen.push([transferred, total]);
        throw new Error('nobody is harmed');
      };
      await fs.writeFile('/file', content, { onProgress });
      assert.deepEqual(seen.at(-1), [100_000, 100_000]);
      assert.ok(seen.length >= 3);
      seen.length = 0;
      await fs.readFile('/file', { onProgress });
      assert.deepEqual(seen.at(-1), [100_000, 100_000]);
      assert.ok(seen.length >= 7);
    });

    it('makes the folders above when told to', async () => {
      await fs.writeFile('/a/b/c.txt', 'deep', { createDirs: true });
      assert.equal((await fs.readFile('/a/b/c.txt')).toString(), 'deep');
      assert.equal(await codeOf(fs.writeFile('/x/y.txt', 'x')), 'ENOENT');
    });
  });

  describe('names', () => {
    for (const name of isFat ? NAMES.filter((name) => !name.includes('"')) : [...NAMES, ...NAMES_OF_LITTLEFS]) {
      it(`takes ${JSON.stringify(name.slice(0, 30))}`, async () => {
        const path = `/${name}`;
        await fs.writeFile(path, name);
        assert.equal((await fs.readFile(path)).toString(), name);
        assert.ok((await fs.list('/')).some((entry) => entry.path === path && entry.name === name));
        await fs.rename(path, '/plain');
        await fs.mkdir(path);
        await fs.writeFile(`${path}/${name}`, 'inside');
        const inside = await fs.list(path);
        assert.deepEqual(inside, [{ name, path: `${path}/${name}`, type: 'file', size: 6 }]);
        await fs.remove(path, { recursive: true });
        assert.equal(await fs.exists(path), false);
        assert.equal(await fs.exists('/plain'), true);
      });
    }

    it('takes relative paths from the current folder of the device', async () => {
      await fs.mkdir('/here');
      await runner.python("import os; os.chdir('/here')");
      await fs.writeFile('file', 'x');
      await runner.python("os.chdir('/')");
      assert.equal(await fs.exists('/here/file'), true);
      assert.deepEqual(await fs.list('here'), [{ name: 'file', path: 'here/file', type: 'file', size: 1 }]);
    });
  });

  describe('folders', () => {
    beforeEach(async () => {
      await fs.mkdir('/top/sub/deep', { recursive: true });
      await fs.writeFile('/top/b.txt', 'bb');
      await fs.writeFile('/top/sub/a.txt', 'a');
    });

    it('lists one folder, with and without a slash', async () => {
      const expected = [
        { name: 'b.txt', path: '/top/b.txt', type: 'file', size: 2 },
        { name: 'sub', path: '/top/sub', type: 'dir', size: 0 },
      ];
      assert.deepEqual(await fs.list('/top'), expected);
      assert.deepEqual(await fs.list('/top/'), expected);
    });

    it('lists recursively in one command', async () => {
      await fs.list('/');
      runner.reset();
      const entries = await fs.list('/top', { recursive: true });
      assert.equal(runner.commands.length, 1);
      assert.deepEqual(
        entries.map(({ path, type, size }) => [path, type, size]),
        [
          ['/top/b.txt', 'file', 2],
          ['/top/sub', 'dir', 0],
          ['/top/sub/a.txt', 'file', 1],
          ['/top/sub/deep', 'dir', 0],
        ],
      );
    });

    it('shows a tree', async () => {
      assert.deepEqual(await fs.tree('/top'), [
        { name: 'b.txt', path: '/top/b.txt', type: 'file', size: 2 },
        {
          name: 'sub',
          path: '/top/sub',
          type: 'dir',
          size: 0,
          children: [
            { name: 'a.txt', path: '/top/sub/a.txt', type: 'file', size: 1 },
            { name: 'deep', path: '/top/sub/deep', type: 'dir', size: 0, children: [] },
          ],
        },
      ]);
    });

    it('makes folders once, or with those above them', async () => {
      assert.equal(await codeOf(fs.mkdir('/top')), 'EEXIST');
      assert.equal(await codeOf(fs.mkdir('/none/sub')), 'ENOENT');
      await fs.mkdir('/top/sub', { recursive: true });
      await fs.mkdir('/n1/n2/n3', { recursive: true });
      assert.equal((await fs.stat('/n1/n2/n3')).type, 'dir');
      assert.equal(await codeOf(fs.mkdir('/top/b.txt/x', { recursive: true })), 'ENOTDIR');
      assert.equal(await codeOf(fs.mkdir('/top/b.txt/x')), 'ENOTDIR');
    });

    it('removes a folder only when it is empty, or with all that is in it', async () => {
      assert.equal(await codeOf(fs.remove('/top')), 'ENOTEMPTY');
      await fs.remove('/top/sub/deep');
      await fs.remove('/top', { recursive: true });
      assert.equal(await fs.exists('/top'), false);
      assert.equal(await codeOf(fs.remove('/top', { recursive: true })), 'ENOENT');
    });

    it('removes a relative folder', async () => {
      await runner.python("import os; os.chdir('/top')");
      await fs.remove('./sub', { recursive: true });
      await fs.remove('sub/../b.txt');
      assert.deepEqual(await fs.list('/top'), []);
    });

    for (const path of ['/', '//', '.', './', '..', 'a/..', '/a/..', '/top/../', '/./', '/..', '../..']) {
      it(`does not remove ${path}`, async () => {
        runner.reset();
        await assert.rejects(fs.remove(path, { recursive: true }), ArgumentError);
        assert.equal(runner.commands.length, 0);
      });
    }

    it('renames files and folders, and replaces a file', async () => {
      await fs.rename('/top/b.txt', '/top/sub/a.txt');
      assert.equal((await fs.readFile('/top/sub/a.txt')).toString(), 'bb');
      assert.equal(await fs.exists('/top/b.txt'), false);
      await fs.rename('/top/sub', '/moved');
      assert.equal(await fs.exists('/moved/deep'), true);
      await fs.rename('/moved', '/moved');
      assert.equal(await fs.exists('/moved/a.txt'), true);
    });

    it('renames nothing onto a folder, and no folder onto a file or into itself', async () => {
      assert.equal(await codeOf(fs.rename('/top/b.txt', '/top/sub')), 'EISDIR');
      assert.equal(await codeOf(fs.rename('/top/sub', '/top/b.txt')), 'ENOTDIR');
      assert.equal(await codeOf(fs.rename('/top', '/top/sub/top')), 'EINVAL');
      assert.equal(await codeOf(fs.rename('/none', '/other')), 'ENOENT');
      assert.equal((await fs.list('/top', { recursive: true })).length, 4);
    });
  });

  describe('facts', () => {
    it('hashes', async () => {
      const content = randomBytes(5000);
      await fs.writeFile('/file', content);
      assert.equal(await fs.hash('/file', 'sha256'), createHash('sha256').update(content).digest('hex'));
      assert.equal(await fs.hash('/file', 'crc32'), crc32(content).toString(16).padStart(8, '0'));
    });

    it('hashes here what the firmware cannot', async () => {
      runner.pretend.capabilities = { sha256: false };
      await fs.writeFile('/file', 'abc');
      runner.reset();
      assert.equal(await fs.hash('/file'), createHash('sha256').update('abc').digest('hex'));
      assert.match(String(runner.commands[0]?.code), /send/);
    });

    it('tells what there is', async () => {
      await fs.writeFile('/file', 'abc');
      assert.equal((await fs.stat('/file')).type, 'file');
      assert.deepEqual(await fs.stat('/'), { ...(await fs.stat('/')), type: 'dir', size: 0 });
      assert.equal(await fs.exists('/file'), true);
      assert.equal(await fs.exists('/none'), false);
      assert.equal(await fs.exists('/file/none'), false);
    });

    it('touches without harm', async () => {
      await fs.touch('/new');
      assert.equal((await fs.stat('/new')).size, 0);
      await fs.writeFile('/file', 'abc');
      await fs.touch('/file');
      assert.equal((await fs.readFile('/file')).toString(), 'abc');
      await fs.mkdir('/dir');
      assert.equal(await codeOf(fs.touch('/dir')), 'EISDIR');
    });

    it('tells the free space', async () => {
      const [root] = await fs.usage();
      assert.equal(root?.path, '/');
      assert.ok(root.free > 0 && root.total >= root.free);
      assert.equal(root.used, root.total - root.free);
    });
  });

  describe('errors', () => {
    beforeEach(async () => {
      await fs.mkdir('/dir');
      await fs.writeFile('/file', 'old');
    });

    it('calls a missing file ENOENT', async () => {
      for (const attempt of [
        () => fs.readFile('/none'),
        () => fs.stat('/none'),
        () => fs.list('/none'),
        () => fs.remove('/none'),
        () => fs.hash('/none'),
      ]) {
        assert.equal(await codeOf(attempt()), 'ENOENT');
      }
    });

    it('calls a folder in the place of a file EISDIR', async () => {
      for (const attempt of [
        () => fs.readFile('/dir'),
        () => fs.writeFile('/dir', 'x'),
        () => fs.hash('/dir'),
        () => fs.writeFile('/dir', 'x', { append: true }),
      ]) {
        assert.equal(await codeOf(attempt()), 'EISDIR');
      }
    });

    it('calls a file in the place of a folder ENOTDIR', async () => {
      for (const attempt of [() => fs.list('/file'), () => fs.writeFile('/file/x', 'x'), () => fs.mkdir('/file/x')]) {
        assert.equal(await codeOf(attempt()), 'ENOTDIR');
      }
    });

    it('says what was being done, to what, where', async () => {
      await assert.rejects(
        fs.readFile('/none'),
        /^DeviceException: ENOENT: no such file or folder, reading \/none on direct:$/,
      );
    });

    it('refuses before anything is sent', async () => {
      runner.reset();
      const bad = '' as unknown;
      for (const attempt of [
        () => fs.readFile(''),
        () => fs.writeFile('', 'x'),
        () => fs.list(''),
        () => fs.stat('a\0b'),
        () => fs.readFile('/dir/'),
        () => fs.mkdir(5 as unknown as string),
        () => fs.rename('/file', bad as string),
        () => fs.hash('/file', 'md5' as 'crc32'),
        () => fs.writeFile('/file', 5 as unknown as string),
        () => fs.writeFile('/file', null as unknown as string),
        () => fs.writeFile('/file', { a: 1 } as unknown as string),
        () => fs.writeFile('/file', new Uint16Array(3) as unknown as string),
      ]) {
        await assert.rejects(attempt(), (error) => error instanceof ArgumentError && error.code === 'INVALID_ARGUMENT');
      }
      assert.equal(runner.commands.length, 0);
    });

    it('keeps the old file when an iterable yields something else', async () => {
      await assert.rejects(fs.writeFile('/file', [Buffer.alloc(80_000), 5] as unknown as string[]), ArgumentError);
      assert.equal((await fs.readFile('/file')).toString(), 'old');
      assert.deepEqual(
        (await fs.list('/')).filter(({ name }) => name.startsWith('.~')),
        [],
      );
    });
  });

  it('does not mind what the program on the device has done to names', async () => {
    await fs.exists('/');
    await runner.python('open = print = len = bytes = range = bytearray = exec = OSError = memoryview = None');
    await fs.writeFile('/file', 'x'.repeat(5000));
    assert.equal((await fs.readFile('/file')).length, 5000);
    assert.ok((await fs.list('/')).length >= 1);
    await fs.remove('/file');
  });

  it('leaves one name on the device', async () => {
    const before = await runner.python('print(sorted(globals()))');
    await fs.writeFile('/file', 'x');
    await fs.readFile('/file');
    await fs.list('/');
    const after = await runner.python('print(sorted(globals()))');
    assert.equal(after.replace("'_nrmp', ", '').replace(", '_nrmp'", ''), before);
  });
});
