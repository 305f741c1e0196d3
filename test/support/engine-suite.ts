import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CancelledError,
  Device,
  DeviceException,
  DevicePool,
  PythonObject,
  type TransportError,
} from '../../dist/lib/index';
import type { DeviceState } from '../../dist/lib/index';
import { describeEntry } from './entry-suite';
import { describeFiles } from './files-suite';

/** One MicroPython that the suite may use: a stand-in, or a real board. */
export interface EngineTarget {
  readonly address: string;
  /** `webassembly`, `linux` …: what `info()` says. Absent for a real board. */
  readonly platform?: string;
  /** A folder for the suite's files; it is emptied. Default `/`-relative `engine-suite`. */
  readonly folder?: string;
  /** Restarting the interpreter loses nothing that the suite needs. Default true. */
  stop(): Promise<void>;
}

/** What every MicroPython must do with this engine. Runs over each stand-in, and over a board with `TEST_TARGET`. */
export function describeEngine(name: string, start: () => Promise<EngineTarget>): void {
  describe(`engine over ${name}`, function () {
    this.timeout(60_000);
    let target: EngineTarget;
    let device: Device;

    before(async () => {
      target = await start();
    });
    after(async () => {
      await target?.stop();
    });
    beforeEach(async () => {
      device = await Device.open(target.address);
    });
    afterEach(async () => {
      await device?.close();
    });

    describe('without a connection', () => {
      beforeEach(() => device.close());
      describeEntry(() => target.address);
    });

    describe('exec', () => {
      it('resolves to what the code printed', async () => {
        const { output, durationMs } = await device.exec('print("hello")\nprint(1, 2)');
        assert.equal(output, 'hello\n1 2\n');
        assert.ok(durationMs > 0);
      });

      it('keeps variables from one command to the next', async () => {
        await device.exec('suite_x = 20');
        assert.equal(await device.eval('suite_x + 1'), 21);
      });

      it('runs code of any length', async () => {
        const lines = Array.from({ length: 400 }, (_, i) => `suite_list.append(${i})`);
        const { output } = await device.exec(`suite_list = []\n${lines.join('\n')}\nprint(len(suite_list))`);
        assert.equal(output, '400\n');
      });

      it('runs code of every length around the limits of one write and of the window', async () => {
        for (const length of [200, 215, 220, 225, 226, 227, 228, 229, 230, 240, 250, 256, 257, 383, 384, 385, 512]) {
          const code = `print(${length})#`.padEnd(length, 'x');
          assert.equal((await device.exec(code)).output, `${length}\n`, `code of ${length} bytes`);
        }
      });

      it('streams output while the code runs', async () => {
        const pieces: string[] = [];
        const { output } = await device.exec('import time\nfor i in range(3):\n  print("tick", i)\n  time.sleep(0.1)', {
          onOutput: (text) => pieces.push(text),
        });
        assert.equal(pieces.join(''), 'tick 0\ntick 1\ntick 2\n');
        assert.equal(output, pieces.join(''));
        assert.ok(pieces.length >= 3, `${pieces.length} pieces`);
      });

      it('survives an onOutput that throws', async () => {
        const { output } = await device.exec('print(1)', {
          onOutput: () => {
            throw new Error('listener');
          },
        });
        assert.equal(output, '1\n');
      });

      it('gives bytes as they came when asked to', async () => {
        const { output } = await device.exec('import sys\nsys.stdout.buffer.write(bytes(range(256)))', {
          encoding: 'buffer',
        });
        assert.deepEqual(output.subarray(0, 256), Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
      });

      it('takes UTF-8 in code and output, split anywhere', async () => {
        const text = 'Grüße, 世界 🎉 '.repeat(200);
        const { output } = await device.exec(`print(text)`, { args: { text } });
        assert.equal(output, text + '\n');
        assert.equal((await device.exec('print("ä€🎉")')).output, 'ä€🎉\n');
      });

      it('returns 1 MiB of output', async () => {
        const { output } = await device.exec('for i in range(1024): print("%04d" % i + "x" * 1019)');
        assert.equal(output.length, 1024 * 1024);
        assert.ok(output.endsWith('1023' + 'x'.repeat(1019) + '\n'));
      });

      it('ends a printout without end, and goes on', async () => {
        await assert.rejects(
          device.exec('while True: print("x" * 100)', { maxOutput: 50_000 }),
          (error: CancelledError) => error.code === 'OUTPUT_LIMIT' && error.message.includes(target.address),
        );
        assert.equal(await device.eval('1'), 1);
      });

      it('refuses a 5 MB printout by default, and goes on', async () => {
        await assert.rejects(device.exec('for i in range(5 * 1024): print("x" * 1023)'), { code: 'OUTPUT_LIMIT' });
        assert.equal(await device.eval('1'), 1);
      });
    });

    describe('programs that print what the protocol uses', () => {
      const programs: [string, string, string][] = [
        ['04', 'print("a\\x04b")', 'a\x04b\n'],
        ['04 04', 'print("\\x04\\x04")', '\x04\x04\n'],
        ['04 >', 'print("\\x04>")', '\x04>\n'],
        ['an end', 'print("\\x04\\x04>")', '\x04\x04>\n'],
        ['OK', 'print("OK")', 'OK\n'],
        ['a prompt', 'print(">>> ", end="")', '>>> '],
        ['a banner', 'print("raw REPL; CTRL-B to exit\\n>", end="")', 'raw REPL; CTRL-B to exit\n>'],
        [
          'a traceback',
          'print("\\x04Traceback (most recent call last):\\n\\x04>")',
          '\x04Traceback (most recent call last):\n\x04>\n',
        ],
        ['nothing', '', ''],
      ];
      for (const [what, code, expected] of programs) {
        it(`are not mistaken: ${what}`, async () => {
          assert.equal((await device.exec(code)).output, expected);
          assert.equal(await device.eval('6 * 7'), 42);
        });
      }

      it('are not mistaken when they go on after what looks like an end', async () => {
        const { output } = await device.exec(
          'import time\nprint("\\x04\\x04>", end="")\ntime.sleep(0.3)\nprint("late")',
        );
        assert.equal(output, '\x04\x04>late\n');
        assert.equal(await device.eval('6 * 7'), 42);
      });

      it('may shadow print', async () => {
        assert.equal((await device.exec('print("x")\nprint = None')).output, 'x\n');
        await device.exec('del print');
        assert.equal((await device.exec('print("y")')).output, 'y\n');
      });
    });

    describe('errors of the code', () => {
      it('become a DeviceException with type, text, line and output', async () => {
        await assert.rejects(
          device.exec('print("before")\ndef f():\n  return 1 / 0\n\nf()'),
          (error: DeviceException) => {
            assert.ok(error instanceof DeviceException);
            assert.equal(error.type, 'ZeroDivisionError');
            assert.equal(error.detail, 'divide by zero');
            assert.equal(error.line, 3);
            assert.equal(error.output, 'before\n');
            assert.match(error.traceback, /^Traceback \(most recent call last\):\n {2}File "<stdin>", line 5/);
            assert.ok(error.message.includes(target.address), error.message);
            return true;
          },
        );
      });

      it('have the line of the code with arguments, too', async () => {
        for (const code of ['x = a\nraise ValueError("no")', 'for i in [a]:\n  raise ValueError("no")']) {
          await assert.rejects(device.exec(code, { args: { a: 1 } }), { type: 'ValueError', detail: 'no', line: 2 });
        }
      });

      it('have the errno name of an OSError as code', async () => {
        await assert.rejects(device.exec('open("/no/such/file")'), {
          type: 'OSError',
          errno: 'ENOENT',
          code: 'ENOENT',
        });
      });

      it('name a syntax error and its line', async () => {
        await assert.rejects(device.exec('x = 1\ny = ='), { type: 'SyntaxError', line: 2 });
        await assert.rejects(device.exec(`x = 1\n#${'x'.repeat(600)}\ny = =`), { type: 'SyntaxError', line: 3 });
      });

      it('leave the device usable', async () => {
        await assert.rejects(device.exec('raise KeyError("k")'), { type: 'KeyError' });
        assert.equal(await device.eval('1 + 1'), 2);
      });
    });

    describe('eval', () => {
      const values: [string, unknown][] = [
        ['None', null],
        ['True', true],
        ['-5', -5],
        ['1 << 70', 1n << 70n],
        ['1.5', 1.5],
        ['float("inf")', Infinity],
        ['"it\'s \\"\\n\\x00é🎉"', 'it\'s "\n\x00é🎉'],
        ['b"\\x00\\x04\\xff"', Buffer.from([0, 4, 255])],
        ['bytearray(b"ab")', Buffer.from('ab')],
        ['[1, (2,), [3]]', [1, [2], [3]]],
        ['{"a": 1, "b": {"c": None}}', { a: 1, b: { c: null } }],
        ['(1, 2)', [1, 2]],
        ['[]', []],
      ];
      for (const [expression, expected] of values) {
        it(`gives ${expression} as a JS value`, async () => {
          assert.deepEqual(await device.eval(expression), expected);
        });
      }

      it('gives NaN', async () => assert.ok(Number.isNaN(await device.eval('float("nan")'))));

      it('gives other objects by their repr', async () => {
        const value = await device.eval('type(1)');
        assert.ok(value instanceof PythonObject);
        assert.equal(String(value), "<class 'int'>");
      });

      it('keeps what the expression prints apart from its value', async () => {
        assert.equal(await device.eval('print("noise") or 7'), 7);
      });

      it('takes one expression and nothing else', async () => {
        for (const expression of ['1), print(2', 'x = 1', '1\n2', 'import os']) {
          await assert.rejects(device.eval(expression), { type: 'SyntaxError' }, expression);
        }
        await assert.rejects(device.eval(' '), { code: 'INVALID_ARGUMENT' });
      });

      it('gives results of 100 KB and more', async () => {
        const value = await device.eval('list(range(20000))');
        assert.equal((value as number[]).length, 20000);
        assert.equal((value as number[])[19999], 19999);
      });

      it('takes arguments of every kind, unharmed', async () => {
        const args = {
          none: null,
          text: 'quote " \' \\ \n \r \x00 \x03\x04 🎉',
          bytes: Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
          number: -1.25,
          big: 1n << 80n,
          list: [1, [2, { three: 3 }]],
          flag: false,
        };
        for (const [key, value] of Object.entries(args)) {
          assert.deepEqual(await device.eval(key, { args: { [key]: value } }), value, key);
        }
      });

      it('refuses arguments that Python cannot have, before anything is sent', async () => {
        await assert.rejects(device.eval('f', { args: { f: () => 1 } }), { code: 'INVALID_ARGUMENT' });
        await assert.rejects(device.eval('1', { args: { 'a b': 1 } }), { code: 'INVALID_ARGUMENT' });
        await assert.rejects(device.eval('1', { args: { 'a=1;b': 1 } }), { code: 'INVALID_ARGUMENT' });
        await assert.rejects(device.eval('1', { args: { class: 1 } }), { code: 'INVALID_ARGUMENT' });
      });
    });

    describe('ending a command', () => {
      it('times out, and the device takes the next command', async () => {
        await assert.rejects(
          device.exec('print("so far")\nwhile True: pass', { timeout: 300 }),
          (error: CancelledError) => {
            assert.equal(error.code, 'TIMED_OUT');
            assert.equal(error.output, 'so far\n');
            assert.ok(error.message.includes(target.address));
            return true;
          },
        );
        assert.equal(await device.eval('1 + 1'), 2);
      });

      it('times out in the middle of a flood of output', async () => {
        await assert.rejects(device.exec('while True: print("flood")', { timeout: 300, onOutput: () => {} }), {
          code: 'TIMED_OUT',
        });
        assert.equal(await device.eval('1 + 1'), 2);
      });

      it('aborts a running command with the reason as cause', async () => {
        const abort = new AbortController();
        const reason = new Error('no longer wanted');
        const running = device.exec('import time\nprint("up")\ntime.sleep(20)', {
          signal: abort.signal,
          onOutput: () => abort.abort(reason),
        });
        await assert.rejects(running, { code: 'ABORTED', cause: reason });
        assert.equal(await device.eval('1 + 1'), 2);
      });

      it('aborts a command that waits in the queue, which then never runs', async () => {
        await device.exec('suite_ran = False');
        const abort = new AbortController();
        const first = device.exec('import time\ntime.sleep(0.3)');
        const second = device.exec('suite_ran = True', { signal: abort.signal });
        abort.abort();
        await assert.rejects(second, { code: 'ABORTED' });
        await first;
        assert.equal(await device.eval('suite_ran'), false);
      });

      it('refuses a signal that has fired already', async () => {
        await assert.rejects(device.eval('1', { signal: AbortSignal.abort() }), { code: 'ABORTED' });
      });

      it('interrupts: the command ends with KeyboardInterrupt', async () => {
        let interrupted: Promise<void> | undefined;
        const running = device.exec('print("up")\nwhile True: pass', {
          onOutput: () => {
            interrupted ??= device.interrupt();
          },
        });
        await assert.rejects(running, { name: 'DeviceException', type: 'KeyboardInterrupt' });
        await interrupted;
        assert.equal(await device.eval('1 + 1'), 2);
      });

      it('ends a sleep by interrupt', async () => {
        const running = device.exec('import time\nprint("up")\ntime.sleep(30)', {
          onOutput: () => void device.interrupt(),
        });
        await assert.rejects(running, { type: 'KeyboardInterrupt' });
      });

      it('gets past a program that swallows KeyboardInterrupt', async () => {
        const stubborn =
          'import time\nfor i in range(20):\n  try:\n    time.sleep(5)\n  except KeyboardInterrupt:\n    pass\nwhile True: pass';
        await assert.rejects(device.exec(stubborn, { timeout: 200 }), { code: 'TIMED_OUT' });
        assert.equal(await device.eval('1 + 1'), 2);
      });

      it('runs code that reads its input until it is ended', async () => {
        await assert.rejects(device.exec('input()', { timeout: 300 }), { code: 'TIMED_OUT' });
        assert.equal(await device.eval('1 + 1'), 2);
      });
    });

    describe('restarts', () => {
      it('resets softly: memory is new', async () => {
        await device.exec('suite_before = 1');
        await device.softReset();
        await assert.rejects(device.eval('suite_before'), { type: 'NameError' });
      });

      it('settles a program that ends by sys.exit(), and goes on with a fresh interpreter', async () => {
        await device.exec('suite_before = 1');
        assert.equal((await device.exec('print("bye")\nimport sys\nsys.exit()')).output, 'bye\n');
        await assert.rejects(device.eval('suite_before'), { type: 'NameError' });
        assert.equal((await device.exec('raise SystemExit')).output, '');
        assert.equal(await device.eval('1 + 1'), 2);
      });

      it('tells what the device is, whatever its programs have made of the builtins', async () => {
        await device.softReset();
        await device.exec('len = hasattr = exec = None');
        assert.equal((await device.info()).implementation, 'micropython');
        await device.softReset();
      });

      it('tells what the device is, again after a restart', async () => {
        const info = await device.info();
        if (target.platform) assert.equal(info.platform, target.platform);
        assert.match(info.release, /^\d+\.\d+/);
        assert.equal(info.implementation, 'micropython');
        assert.equal(await device.info(), info);
        await device.softReset();
        assert.notEqual(await device.info(), info);
      });
    });

    describeFiles(() => device);

    describe('many at once', () => {
      it('evaluates 1,000 times in a row', async () => {
        for (let i = 0; i < 1000; i++) assert.equal(await device.eval(`${i} + 1`), i + 1);
      });

      it('serves 50 concurrent callers, each its own answer', async () => {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => device.eval(`${i} * 2`)));
        assert.deepEqual(
          answers,
          Array.from({ length: 50 }, (_, i) => i * 2),
        );
      });

      it('runs commands in the order of the calls', async () => {
        await device.exec('suite_order = []');
        await Promise.all(Array.from({ length: 20 }, (_, i) => device.exec(`suite_order.append(${i})`)));
        assert.deepEqual(
          await device.eval('suite_order'),
          Array.from({ length: 20 }, (_, i) => i),
        );
      });

      it('shares one session between devices; closing one leaves the other working', async () => {
        const other = await Device.open(target.address);
        await device.exec('suite_shared = 5');
        const running = other.exec('import time\ntime.sleep(5)');
        const waiting = device.eval('suite_shared');
        await other.close();
        await assert.rejects(running, { code: 'DEVICE_CLOSED' });
        assert.equal(await waiting, 5);
        await assert.rejects(other.eval('1'), { code: 'DEVICE_CLOSED' });
      });

      it('settles everything when it is closed', async () => {
        const states: DeviceState[] = [];
        device.on('state', (state: DeviceState) => states.push(state));
        const commands = [device.exec('while True: pass'), device.eval('1'), device.eval('2')];
        const outcomes = Promise.allSettled(commands);
        await sleep(50);
        await device.close();
        for (const outcome of await outcomes) {
          assert.equal(outcome.status, 'rejected');
          assert.equal((outcome.reason as TransportError).code, 'DEVICE_CLOSED');
        }
        assert.equal(states.at(-1)?.status, 'closed');
      });

      it('keeps the session for a grace time after the last lease', async () => {
        await device.close();
        const pool = new DevicePool({ graceMs: 2000 });
        const first = await pool.acquire(target.address);
        await first.device.exec('suite_kept = 9');
        await first.release();
        const second = await pool.acquire(target.address);
        assert.equal(await second.device.eval('suite_kept'), 9);
        await pool.close();
      });

      it('lets go of the port when told, and takes it again', async () => {
        await device.eval('1');
        await device.disconnect();
        assert.equal(device.state.status, 'released');
        await assert.rejects(device.eval('1'), { code: 'DEVICE_CLOSED' });
        await device.connect();
        assert.equal(await device.eval('1'), 1);
      });
    });
  });
}
