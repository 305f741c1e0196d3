import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceFs } from '../../../src/lib/fs/device-fs';
import { DirectRunner } from '../../support/direct-runner';
import { directUnix } from '../../support/direct-unix';
import { directWasm } from '../../support/direct-wasm';
import { findUnixPort } from '../../support/find-unix-port';
import { pythonSource } from '../../support/python-source';
import { describeTargets, fileTargets } from '../../support/file-targets';

const SOURCE = pythonSource(27_000);
const RANDOM = randomBytes(65_536);

describeTargets(
  'bytes and commands of a transfer',
  (open) => {
    let runner: DirectRunner;
    let fs: DeviceFs;

    beforeEach(async () => {
      runner = await open();
      fs = new DeviceFs(runner);
      await fs.writeFile('/first', 'x');
      await fs.readFile('/first');
      runner.reset();
    });

    it('a first small file takes a test of the link and the file', async () => {
      const other = await open();
      await new DeviceFs(other).writeFile('/file', 'x'.repeat(1024));
      assert.equal(other.commands.length, 2);
    });

    it('a first small file takes 3 KB where the device inflates, most of them our functions', async () => {
      const other = await open();
      await new DeviceFs(other).writeFile('/file', 'x');
      const [test, write] = other.commands.map(({ code }) => code.length);
      assert.ok(test! < 400, String(test));
      assert.ok(write! < 2450, String(write));
    });

    it('a first reading takes ASCII only, as the link has not been tried', async () => {
      const other = await open();
      await new DeviceFs(other).list('/');
      const code = Buffer.from(other.commands[0]!.code);
      assert.ok(code.length < 1600, String(code.length));
      assert.ok(code.every((byte) => byte < 128));
    });

    it('functions of ours that arrive damaged do not run', async () => {
      const other = await open();
      let damaged = 0;
      other.faults.before = (command, code) => {
        const at = /writing/.test(command.doing) && damaged === 0 ? code.indexOf("'?')(") : -1;
        if (at < 0) return;
        damaged++;
        // A letter to another one, somewhere in the deflated source.
        const letter = code.findIndex((byte, index) => index > at + 900 && byte > 0x60 && byte < 0x70);
        const changed = Buffer.from(code);
        changed[letter] = code[letter]! + 1;
        return changed;
      };
      const files = new DeviceFs(other);
      await files.writeFile('/file', 'content');
      assert.equal(damaged, 1);
      assert.equal(other.commands.length, 3);
      assert.equal((await files.readFile('/file')).toString(), 'content');
    });

    it('a small file is written, checked and renamed in one command', async () => {
      await fs.writeFile('/file', randomBytes(1024));
      assert.equal(runner.commands.length, 1);
      assert.equal(runner.commands[0]!.bulk, true);
    });

    it('a small file is read in one command', async () => {
      await fs.readFile('/first');
      assert.equal(runner.commands.length, 1);
      assert.equal(runner.commands[0]!.binary, true);
    });

    it('random bytes go up with 1.06 bytes a byte at most', async () => {
      await fs.writeFile('/random', RANDOM);
      assert.equal(runner.commands.length, 2);
      const ratio = (runner.sent + runner.received) / RANDOM.length;
      assert.ok(ratio <= 1.06, String(ratio));
    });

    it('Python source goes up with 0.35 bytes a byte at most', async () => {
      await fs.writeFile('/source', SOURCE);
      const ratio = (runner.sent + runner.received) / SOURCE.length;
      assert.ok(ratio <= 0.35, String(ratio));
    });

    it('random bytes come down with 1.02 bytes a byte at most', async () => {
      await fs.writeFile('/random', RANDOM);
      runner.reset();
      assert.deepEqual(await fs.readFile('/random'), RANDOM);
      assert.equal(runner.commands.length, 1);
      const ratio = (runner.sent + runner.received) / RANDOM.length;
      assert.ok(ratio <= 1.02, String(ratio));
    });

    it('Python source comes down with 0.40 bytes a byte at most where the device can deflate', async function () {
      if (!(await runner.info()).capabilities.deflate) {
        this.test!.title += ' (this build cannot)';
        this.skip();
      }
      // A slow line: whether deflating is faster than a fast one depends on how busy this machine is.
      runner.traits = { ...runner.traits, pushesBack: false };
      await fs.writeFile('/source', SOURCE);
      runner.reset();
      assert.deepEqual(await fs.readFile('/source'), SOURCE);
      const ratio = (runner.sent + runner.received) / SOURCE.length;
      assert.ok(ratio <= 0.4, String(ratio));
    });
  },
  fileTargets.slice(0, 2),
);

describe('a file of 10 MB', () => {
  it('goes up and down as a stream, in constant memory', async function () {
    this.timeout(60_000);
    const { command } = findUnixPort();
    // The other is three times slower, and keeps files in this process.
    const runner = new DirectRunner(command ? directUnix(command) : await directWasm());
    const folder = command ? mkdtempSync(join(tmpdir(), 'micropython-')) : '';
    try {
      const fs = new DeviceFs(runner);
      const block = randomBytes(100_000);
      let yielded = 0;
      let written = 0;
      let most = 0;
      function* pieces() {
        for (; yielded < 10_000_000; yielded += block.length) {
          most = Math.max(most, yielded - written);
          yield block;
        }
      }
      await fs.writeFile(`${folder}/big`, pieces(), { onProgress: ({ transferred }) => (written = transferred) });
      assert.equal((await fs.stat(`${folder}/big`)).size, 10_000_000);
      assert.ok(most <= 200_000, `${most} bytes waited`);
      let at = 0;
      for await (const chunk of fs.readChunks(`${folder}/big`, { size: 100_000 })) {
        assert.ok(chunk.equals(block), `at ${at}`);
        at += chunk.length;
      }
      assert.equal(at, 10_000_000);
      assert.equal((await fs.readFile(`${folder}/big`)).length, 10_000_000);
    } finally {
      await runner.close();
      if (folder) rmSync(folder, { recursive: true });
    }
  });
});
