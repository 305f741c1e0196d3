import assert from 'node:assert/strict';
import { DeviceException } from '../../../src/lib/index';
import { codeOf, scripted, until } from '../../support/scripted';

describe('Session: what runs before the first command', () => {
  it(
    'is initCode: after each connect, each loss and each restart, once, before the next command',
    scripted(
      async ({ board, device, time }) => {
        assert.equal((await device.exec('print(greeting)')).output, 'hello\n');
        assert.equal((await device.exec('print(greeting)')).output, 'hello\n');
        assert.equal(board.times('init'), 1);
        board.fake.vanish();
        await until(time, () => device.state.status === 'disconnected');
        board.fake.plugIn();
        assert.equal((await device.exec('print(greeting)')).output, 'hello\n');
        assert.equal(board.times('init'), 2);
        await device.softReset();
        assert.equal((await device.exec('print(greeting)')).output, 'hello\n');
        assert.equal(board.times('init'), 3);
        await device.exec('exit()');
        assert.equal((await device.exec('print(greeting)')).output, 'hello\n');
        assert.equal(board.times('init'), 4);
        board.fake.reset('hard');
        await time.pass(10);
        assert.equal((await device.exec('print(greeting)')).output, 'hello\n');
        assert.equal(board.times('init'), 5);
      },
      { open: { initCode: "ran('init')\ngreeting = 'hello'" } },
    ),
  );

  it(
    'is initCode after a disconnect and connect too, and its output is output of nobody',
    scripted(
      async ({ board, device }) => {
        const heard: string[] = [];
        device.on('output', (text: string) => heard.push(text));
        await device.exec("print('a')");
        await device.disconnect();
        await device.connect();
        assert.equal((await device.exec("print('b')")).output, 'b\n');
        assert.equal(board.times('init'), 2);
        assert.match(heard.join(''), /booted\n/);
      },
      { open: { initCode: "ran('init')\nprint('booted')" } },
    ),
  );

  it(
    'harms nobody when it raises: a warning, and the command runs',
    scripted(
      async ({ device }) => {
        const warnings: unknown[] = [];
        device.on('warning', (warning) => warnings.push(warning));
        device.on('warning', () => {
          throw new Error('listener');
        });
        await device.softReset();
        assert.equal(await device.eval('1'), 1);
        const [warning] = warnings;
        assert.ok(warning instanceof DeviceException);
        assert.equal(warning.type, 'ValueError');
        assert.equal(warning.line, 2);
        assert.match(warning.message, /setup code/);
      },
      { open: { initCode: "ran('init')\nfail('no sensor')" } },
    ),
  );

  it(
    'is ended after 30 s when it does not end by itself: a warning, and the command runs',
    scripted(
      async ({ device }) => {
        const warnings: { code?: string }[] = [];
        device.on('warning', (warning: Error & { code?: string }) => warnings.push(warning));
        assert.equal(await device.eval('1'), 1);
        assert.deepEqual(
          warnings.map(({ code }) => code),
          ['TIMED_OUT'],
        );
      },
      { open: { initCode: 'loop()' } },
    ),
  );

  it(
    'does not run the initCode of a device that went away in the midst of it twice at once',
    scripted(
      async ({ board, device, time }) => {
        await until(time, () => board.times('init') === 1);
        const waiting = device.exec("print('x')");
        board.fake.vanish();
        await time.pass(50);
        board.fake.plugIn();
        assert.equal((await waiting).output, 'x\n');
        assert.equal(board.times('init'), 2);
      },
      { open: { initCode: "ran('init')\nsleep(20)" } },
    ),
  );

  it(
    'runs initCode again, and then the command, when the chip restarts in the midst of initCode',
    scripted(
      async ({ board, device, time }) => {
        const waiting = device.exec("ran('x')\nprint(greeting)");
        await until(time, () => board.times('init') === 1);
        board.fake.reset('hard');
        assert.equal((await waiting).output, 'hello\n');
        assert.deepEqual(board.ran, ['init', 'init', 'x']);
      },
      { open: { initCode: "ran('init')\nsleep(20)\ngreeting = 'hello'" } },
    ),
  );

  it(
    'is not tried for ever when initCode itself restarts the chip: a warning, and the command runs',
    scripted(
      async ({ board, device }) => {
        const warnings: { code?: string }[] = [];
        device.on('warning', (warning: Error & { code?: string }) => warnings.push(warning));
        assert.equal((await device.exec("print('x')")).output, 'x\n');
        assert.ok(board.times('init') <= 3, `${board.times('init')} times`);
        assert.equal(warnings.at(-1)?.code, 'DEVICE_RESET');
      },
      { open: { initCode: "ran('init')\nreset()" } },
    ),
  );

  it(
    'is initCode too when the device restarted while it was recovered from a timeout',
    scripted(
      async ({ board, device, time }) => {
        const stubborn = codeOf(device.exec("ran('a')\nswallow(100)", { timeout: 100 }));
        const next = device.exec('print(greeting)');
        assert.equal(await stubborn, 'TIMED_OUT');
        await time.pass(300);
        board.fake.reset('hard');
        assert.equal((await next).output, 'hello\n');
        assert.deepEqual(board.ran, ['init', 'a', 'init']);
      },
      { open: { initCode: "ran('init')\ngreeting = 'hello'" } },
    ),
  );

  it(
    'is initCode too when the device was just saying that it restarts when its command was given up',
    scripted(
      async ({ board, device, time }) => {
        const leaving = codeOf(device.exec("ran('a')\nexit()", { timeout: 60 }));
        const next = device.exec('print(greeting)');
        assert.equal(await leaving, 'TIMED_OUT');
        assert.equal((await next).output, 'hello\n');
        assert.deepEqual(board.ran, ['init', 'a', 'init']);
        assert.ok(time.now > 0);
      },
      { fake: { slow: 10, split: 8 }, open: { initCode: "ran('init')\ngreeting = 'hello'" } },
    ),
  );

  for (const ending of ['close', 'disconnect'] as const) {
    it(
      `is ended at once by ${ending}, and the device is left at its friendly REPL`,
      scripted(
        async ({ board, device, time }) => {
          await until(time, () => board.times('init') === 1);
          const began = time.now;
          await device[ending]();
          assert.ok(time.now - began <= 500, `${time.now - began} ms`);
          await time.pass(10);
          assert.equal(time.timers, 0);
          assert.match(board.fake.said.toString('latin1'), />>> $/);
        },
        { open: { initCode: "ran('init')\nloop()" } },
      ),
    );
  }

  it(
    'restarts the interpreter once, and not after each loss, with softResetOnConnect',
    scripted(
      async ({ board, device, time }) => {
        let resets = 0;
        const usual = board.fake.onReset;
        board.fake.onReset = (kind) => {
          if (kind === 'soft') resets++;
          usual(kind);
        };
        await device.eval('1');
        await device.eval('1');
        assert.equal(resets, 1);
        board.fake.vanish({ keepPower: true });
        await until(time, () => device.state.status === 'disconnected');
        board.fake.plugIn();
        await device.eval('1');
        assert.equal(resets, 1);
      },
      { open: { softResetOnConnect: true } },
    ),
  );

  it(
    'is nothing at all without options: what the device does goes on until the first command',
    scripted(async ({ board, time }) => {
      await time.pass(1000);
      assert.equal(board.fake.heard.length, 0);
    }),
  );
});
