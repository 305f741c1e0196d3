import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { DeviceException, ProtocolError, TransportError } from '../../../src/lib/errors';
import { DeviceFs } from '../../../src/lib/fs/device-fs';
import type { DirectRunner } from '../../support/direct-runner';
import { describeTargets, fileTargets } from '../../support/file-targets';

const DATA = randomBytes(100_000);

describeTargets(
  'readFile and faults',
  (open) => {
    let runner: DirectRunner;
    let fs: DeviceFs;

    beforeEach(async () => {
      runner = await open();
      fs = new DeviceFs(runner);
      await fs.writeFile('/file', DATA);
      await fs.readFile('/file');
      runner.reset();
    });

    it('fetches what was changed on its way again, and only that', async () => {
      let seen = 0;
      runner.faults.output = (chunk) => {
        const at = 50_000 - seen;
        seen += chunk.length;
        if (at < 0 || at >= chunk.length) return chunk;
        chunk = Buffer.from(chunk);
        chunk[at]! ^= 1;
        return chunk;
      };
      assert.deepEqual(await fs.readFile('/file'), DATA);
      assert.equal(runner.commands.length, 2);
      assert.ok(runner.received < 160_000, String(runner.received));
    });

    it('fetches what was lost again, wherever it was', async () => {
      for (const lost of [0, 1, 6, 7, 8, 22, 23, 60_000]) {
        let seen = 0;
        runner.faults.output = (chunk) => {
          const at = lost - seen;
          seen += chunk.length;
          return at < 0 || at >= chunk.length ? chunk : Buffer.concat([chunk.subarray(0, at), chunk.subarray(at + 1)]);
        };
        assert.deepEqual(await fs.readFile('/file'), DATA, `byte ${lost}`);
      }
    });

    it('gives up when bytes are lost all the time', async () => {
      runner.faults.output = (chunk) => chunk.subarray(1);
      await assert.rejects(
        fs.readFile('/file'),
        (error) => error instanceof ProtocolError && error.code === 'UNEXPECTED_REPLY',
      );
      assert.equal(runner.commands.length, 3);
    });

    it('goes on after a reconnect', async () => {
      let count = 0;
      runner.faults.after = () => {
        if (count++ > 0) return;
        throw new TransportError('CONNECTION_LOST', 'cut');
      };
      assert.deepEqual(await fs.readFile('/file'), DATA);
    });

    it('ends with the error of the link when it does not come back', async () => {
      runner.faults.before = () => {
        throw new TransportError('CONNECTION_LOST', 'cut');
      };
      await assert.rejects(fs.readFile('/file'), TransportError);
      assert.equal(runner.commands.length, 3);
    });

    it('reads text where the link or the firmware can do no more', async () => {
      for (const change of [
        () => (runner.traits = { ...runner.traits, eightBit: false }),
        () => {
          runner.traits = { ...runner.traits, eightBit: true };
          runner.pretend.capabilities = { stdoutBuffer: false };
        },
      ]) {
        change();
        runner.generation++;
        const printed: Buffer[] = [];
        runner.faults.output = (chunk) => {
          printed.push(chunk);
          return chunk;
        };
        assert.deepEqual(await fs.readFile('/file'), DATA);
        assert.ok(Buffer.concat(printed).every((byte) => byte < 0x80));
      }
    });

    it('reads hexadecimal from firmware without binascii', async () => {
      runner.pretend.capabilities = { stdoutBuffer: false, binascii: false };
      await runner.python("import sys; sys.modules['binascii'] = sys");
      runner.generation++;
      const small = DATA.subarray(0, 3000);
      await fs.writeFile('/small', small);
      assert.deepEqual(await fs.readFile('/small'), small);
    });

    it('holds a segment of a stream only when it is asked for', async () => {
      const big = randomBytes(300_000);
      await fs.writeFile('/big', big);
      runner.reset();
      const chunks = fs.readChunks('/big');
      const first = await chunks.next();
      assert.equal(runner.commands.length, 1);
      assert.ok(runner.received < 270_000);
      const rest = [];
      for await (const chunk of chunks) rest.push(chunk);
      assert.deepEqual(Buffer.concat([first.value as Buffer, ...rest]), big);
      assert.equal(runner.commands.length, 2);
    });

    it('does not mix two contents of a file', async () => {
      await fs.writeFile('/big', randomBytes(300_000));
      const chunks = fs.readChunks('/big');
      await chunks.next();
      await fs.writeFile('/big', randomBytes(100_000));
      await assert.rejects(
        (async () => {
          for await (const _ of chunks);
        })(),
        (error) => error instanceof ProtocolError && error.code === 'UNEXPECTED_REPLY',
      );
    });

    it('gives an error in the middle of a stream to its reader', async () => {
      await fs.writeFile('/big', randomBytes(300_000));
      const chunks = fs.readChunks('/big');
      await chunks.next();
      await fs.remove('/big');
      await assert.rejects(
        (async () => {
          for await (const _ of chunks);
        })(),
        (error) => error instanceof DeviceException && error.code === 'ENOENT',
      );
    });

    it('ends on the signal', async () => {
      const abort = new AbortController();
      runner.faults.output = (chunk) => {
        abort.abort(new Error('enough'));
        return chunk;
      };
      await assert.rejects(fs.readFile('/file', { signal: abort.signal }), { code: 'ABORTED' });
      await assert.rejects(fs.readFile('/file', { signal: AbortSignal.abort() }), { code: 'ABORTED' });
    });
  },
  fileTargets.slice(0, 2),
);

// Only where memory is bounded: the WebAssembly build takes 2 GiB of the host first.
describeTargets(
  'readFile without memory',
  (open) => {
    it('reads in smaller blocks when the device has run out of memory since it was asked', async () => {
      const runner = await open();
      const fs = new DeviceFs(runner);
      await fs.writeFile('/file', DATA);
      await fs.readFile('/file');
      runner.reset();
      await runner.python(
        'import gc\ngc.collect()\nhog = []\ntry:\n  while True: hog.append(bytearray(8192))\nexcept MemoryError: hog.pop()\n' +
          'hog.append(None)\n',
      );
      assert.deepEqual(await fs.readFile('/file'), DATA);
      assert.ok(runner.commands.length > 1, 'no command failed: the test proves nothing');
    });
  },
  fileTargets.slice(1, 2),
);
