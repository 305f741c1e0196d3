import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { CancelledError, DeviceException, ProtocolError, TransportError } from '../../../src/lib/errors';
import { DeviceFs } from '../../../src/lib/fs/device-fs';
import { DirectRunner } from '../../support/direct-runner';
import { directUnix } from '../../support/direct-unix';
import { unixPortOrSkip } from '../../support/find-unix-port';
import { pythonSource } from '../../support/python-source';
import { describeTargets, fileTargets } from '../../support/file-targets';

const OLD = Buffer.from('the old content');
const NEW = randomBytes(100_000);

describeTargets(
  'writeFile and faults',
  (open) => {
    let runner: DirectRunner;
    let fs: DeviceFs;

    beforeEach(async () => {
      runner = await open();
      fs = new DeviceFs(runner);
      await fs.writeFile('/file', OLD);
      runner.reset();
    });

    const content = () => fs.readFile('/file');
    const leftovers = async () => (await fs.list('/')).filter(({ name }) => name.startsWith('.~'));
    const cut = () => new TransportError('CONNECTION_LOST', 'cut');
    /** The link breaks at command `at`, before the device has it or when it has done it, and comes back. */
    const breakAt = (at: number, when: 'before' | 'after') => {
      let count = 0;
      runner.faults[when] = () => {
        if (count++ !== at) return;
        runner.generation++;
        runner.faults = {};
        throw cut();
      };
    };

    for (const when of ['before', 'after'] as const) {
      it(`leaves the old or the new content when the link is cut ${when} any command`, async () => {
        let finished = false;
        for (let at = 0; !finished; at++) {
          await fs.writeFile('/file', OLD);
          breakAt(at, when);
          const failure = await fs.writeFile('/file', NEW).then(
            () => undefined,
            (error: unknown) => error,
          );
          runner.faults = {};
          finished = failure === undefined;
          if (failure) assert.equal((failure as TransportError).code, 'CONNECTION_LOST');
          const found = await content();
          assert.ok(found.equals(NEW) || found.equals(OLD), `a mixture at ${at}`);
          // The last command has renamed it already.
          if (failure && (when === 'before' || at < 3)) assert.deepEqual(found, OLD);
          assert.ok(at < 20);
        }
        assert.deepEqual(await leftovers(), []);
      });
    }

    it('cleans up behind a broken link at the next write', async () => {
      breakAt(2, 'before');
      await assert.rejects(fs.writeFile('/file', NEW), TransportError);
      assert.equal((await leftovers()).length, 1);
      await fs.writeFile('/other', 'x');
      assert.deepEqual(await leftovers(), []);
    });

    it('cleans up behind a restart at the next write', async () => {
      runner.faults.before = (command) => {
        if (runner.commands.length < 2) return;
        assert.match(command.doing, /writing/);
        runner.faults = {};
        runner.generation++;
        throw new ProtocolError('DEVICE_RESET', 'restarted');
      };
      await assert.rejects(fs.writeFile('/file', NEW), ProtocolError);
      await runner.python('del _nrmp');
      await fs.writeFile('/other', 'x');
      assert.deepEqual(await leftovers(), []);
      assert.deepEqual(await content(), OLD);
    });

    it('notices when the device restarted between two pieces', async () => {
      let count = 0;
      runner.faults.after = () => {
        if (++count === 2) runner.generation++;
      };
      await assert.rejects(
        fs.writeFile('/file', NEW),
        (error) => error instanceof ProtocolError && error.code === 'DEVICE_RESET',
      );
      assert.deepEqual(await content(), OLD);
    });

    it('writes again after a reconnect when told to', async () => {
      for (let at = 0; at < 4; at++) {
        await fs.writeFile('/file', OLD);
        breakAt(at, 'after');
        await fs.writeFile('/file', NEW, { retry: true });
        assert.deepEqual(await content(), NEW);
      }
    });

    it('does not append again, and not what cannot be had again', async () => {
      breakAt(1, 'after');
      await assert.rejects(fs.writeFile('/file', NEW, { retry: true, append: true }), TransportError);
      breakAt(1, 'after');
      await assert.rejects(fs.writeFile('/file', [NEW], { retry: true }), TransportError);
      assert.deepEqual(await content(), OLD);
    });

    it('installs itself again when the program has deleted it', async () => {
      await runner.python('del _nrmp');
      await fs.writeFile('/file', 'new');
      assert.equal((await content()).toString(), 'new');
      await runner.python('_nrmp.clear()');
      assert.equal((await content()).toString(), 'new');
    });

    it('lets others run commands between the pieces', async () => {
      const write = fs.writeFile('/file', NEW);
      const others = [];
      while (runner.commands.length < 4) {
        others.push(fs.readFile('/file'), new DeviceFs(runner).writeFile('/other', randomBytes(40_000)), fs.list('/'));
        await turn();
        await others.at(-1);
      }
      await write;
      await Promise.all(others);
      assert.deepEqual(await content(), NEW);
    });

    it('keeps uploads to one path apart', async () => {
      const contents = Array.from({ length: 5 }, () => randomBytes(90_000));
      await Promise.all(
        contents.map((data, index) => (index % 2 ? fs : new DeviceFs(runner)).writeFile('/file', data)),
      );
      const found = await content();
      assert.ok(contents.some((data) => data.equals(found)));
      assert.deepEqual(await leftovers(), []);
    });

    it('ends on the signal with the old content, and cleans up', async () => {
      for (let at = 1; at <= 3; at++) {
        const abort = new AbortController();
        let count = 0;
        runner.faults.after = () => {
          if (++count === at) abort.abort(new Error('enough'));
        };
        await assert.rejects(
          fs.writeFile('/file', NEW, { signal: abort.signal }),
          (error) => error instanceof CancelledError && error.code === 'ABORTED',
        );
        runner.faults = {};
        assert.deepEqual(await content(), OLD);
        assert.deepEqual(await leftovers(), []);
      }
    });

    it('ends with the error of the source, and cleans up', async () => {
      async function* source() {
        yield NEW;
        await turn();
        throw new RangeError('the source broke');
      }
      await assert.rejects(fs.writeFile('/file', source()), RangeError);
      assert.deepEqual(await content(), OLD);
      assert.deepEqual(await leftovers(), []);
    });

    it('tells the source that nobody takes the rest', async () => {
      let returned = false;
      function* source() {
        try {
          for (;;) yield NEW;
        } finally {
          returned = true;
        }
      }
      breakAt(2, 'before');
      await assert.rejects(fs.writeFile('/file', source()), TransportError);
      assert.equal(returned, true);
    });

    it('sends a piece again that was changed on its way', async () => {
      let mangled = 0;
      runner.faults.before = (_, code) => {
        // A byte in the middle of the literal.
        if (runner.commands.length % 3 !== 0 || code.length < 20_000) return;
        mangled++;
        code = Buffer.from(code);
        code[10_000] = code[10_000] === 0x41 ? 0x42 : 0x41;
        return code;
      };
      await fs.writeFile('/file', NEW);
      assert.ok(mangled > 0);
      runner.faults = {};
      assert.deepEqual(await content(), NEW);
    });

    it('degrades to base64 on a link that drops the eighth bit', async () => {
      await checkDegraded((code) => Buffer.from(code.map((byte) => byte & 0x7f)), /a2b_base64/);
    });

    it('degrades to base64 on a link that turns line ends', async () => {
      await checkDegraded(
        (code) => Buffer.from(code.toString('latin1').replaceAll('\xff', '\xff\xff'), 'latin1'),
        /a2b_base64/,
      );
    });

    it('degrades to hexadecimal on firmware without binascii', async () => {
      runner.pretend.capabilities = { binascii: false, inflate: false };
      await checkDegraded((code) => Buffer.from(code.map((byte) => byte & 0x7f)), /int\(h/, false);
    });

    async function checkDegraded(
      mangle: (code: Buffer) => Buffer,
      expected: RegExp,
      deviceHasCrc = true,
    ): Promise<void> {
      runner.generation++;
      if (!deviceHasCrc) await runner.python("import sys; sys.modules['binascii'] = sys");
      fs = new DeviceFs(runner);
      runner.reset();
      runner.faults.before = (_, code) => mangle(code);
      await fs.writeFile('/file', NEW.subarray(0, 20_000));
      assert.match(Buffer.from(runner.commands.at(-1)!.code).toString('latin1'), expected);
      runner.faults = {};
      assert.deepEqual(await content(), NEW.subarray(0, 20_000));
    }

    it('sends only ASCII where the link carries nothing else', async () => {
      runner.generation++;
      runner.traits = { pushesBack: true, eightBit: false, rawPaste: false };
      await fs.writeFile('/file', NEW);
      assert.deepEqual(await content(), NEW);
      for (const { code } of runner.commands) {
        assert.ok(Buffer.from(code).every((byte) => byte < 0x80));
      }
    });

    it('gives up when nothing arrives as it was sent', async () => {
      runner.faults.before = (command, code) => {
        const text = code.toString('latin1');
        return Buffer.from(text.replace(/(\['write'\]\(\d+,\d+,)/, '$11'), 'latin1');
      };
      await assert.rejects(
        fs.writeFile('/file', NEW),
        (error) => error instanceof ProtocolError && error.code === 'UNEXPECTED_REPLY',
      );
      runner.faults = {};
      assert.deepEqual(await content(), OLD);
      assert.deepEqual(await leftovers(), []);
    });

    it('ends when the program is interrupted', async () => {
      let count = 0;
      runner.faults.before = () => (++count === 2 ? Buffer.from('raise KeyboardInterrupt') : undefined);
      await assert.rejects(
        fs.writeFile('/file', NEW),
        (error) => error instanceof DeviceException && error.type === 'KeyboardInterrupt',
      );
      runner.faults = {};
      assert.deepEqual(await content(), OLD);
      assert.deepEqual(await leftovers(), []);
    });
  },
  fileTargets.slice(0, 2),
);

describeTargets(
  'writeFile and memory',
  (open) => {
    it('fails with MemoryError when nothing helps', async () => {
      const runner = await open();
      const fs = new DeviceFs(runner);
      await fs.writeFile('/file', 'old');
      runner.faults.before = (command) =>
        /writing/.test(command.doing) ? Buffer.from('raise MemoryError') : undefined;
      await assert.rejects(
        fs.writeFile('/file', randomBytes(5000)),
        (error) => error instanceof DeviceException && error.type === 'MemoryError',
      );
      runner.faults = {};
      assert.equal((await fs.readFile('/file')).toString(), 'old');
    });

    it('takes the size of a piece from the free memory', async () => {
      for (const [memoryFree, most] of [
        [4_000_000, 32_768],
        [100_000, 12_500],
        [1000, 1024],
        [undefined, 1024],
      ] as const) {
        const runner = await open();
        runner.pretend.memoryFree = memoryFree;
        runner.pretend.capabilities = { inflate: false };
        await new DeviceFs(runner).writeFile('/file', randomBytes(40_000));
        const sizes = runner.commands.slice(1, -1).map(({ code }) => code.length);
        assert.ok(
          Math.max(...sizes) < most * 1.1 + 3000 && Math.min(...sizes.slice(1)) > most * 0.9,
          `${memoryFree}: ${String(sizes)}`,
        );
      }
    });
  },
  fileTargets.slice(0, 1),
);

describe('writeFile on a device with little memory', () => {
  it('sends smaller pieces, and remembers', async function () {
    const command = unixPortOrSkip();
    if (!command) this.skip();
    const runner = new DirectRunner(directUnix(command, 150_000));
    const folder = mkdtempSync(join(tmpdir(), 'micropython-'));
    try {
      // It claims to have more.
      runner.pretend.memoryFree = 1_000_000;
      const fs = new DeviceFs(runner);
      for (const data of [randomBytes(100_000), pythonSource(100_000)]) {
        await fs.writeFile(`${folder}/file`, data);
        assert.deepEqual(readFileSync(`${folder}/file`), data);
      }
      const { length } = runner.commands;
      assert.ok(length > 14, String(length));
      runner.reset();
      await fs.writeFile(`${folder}/file`, randomBytes(100_000));
      const sizes = runner.commands.map(({ code }) => code.length);
      assert.ok(Math.max(...sizes.slice(0, -1)) < Math.min(...sizes.slice(0, -1)) * 1.1, String(sizes));
      assert.deepEqual(readdirSync(folder), ['file']);
    } finally {
      await runner.close();
      rmSync(folder, { recursive: true });
    }
  });
});
