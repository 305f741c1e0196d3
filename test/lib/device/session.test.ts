import assert from 'node:assert/strict';
import type { CancelledError, Device, DeviceException, ProtocolError } from '../../../src/lib/index';
import { codeOf, scripted, until } from '../../support/scripted';

const BIG = `${'#'.repeat(900)}\n`;

describe('Session: a command meets a fault', () => {
  it(
    'ends with DEVICE_RESET when the chip restarts in mid-command, and the next one works',
    scripted(async ({ board, device }) => {
      const running = device.exec("print('before')\nran('a')\nloop()");
      running.catch(() => {});
      board.fake.at({ said: 10 }, () => setTimeout(() => board.fake.reset('hard'), 50));
      await assert.rejects(running, (error: ProtocolError) => {
        assert.equal(error.code, 'DEVICE_RESET');
        assert.match(error.message, /restarted during: running code/);
        assert.ok(error.message.includes(board.address));
        return true;
      });
      assert.equal(await device.eval('1'), 1);
      assert.equal(board.times('a'), 1);
    }),
  );

  it(
    'ends with DEVICE_RESET when the interpreter restarts into the raw REPL',
    scripted(async ({ board, device, time }) => {
      const running = codeOf(device.exec("ran('a')\nloop()"));
      await until(time, () => board.times('a') === 1);
      board.fake.reset('soft');
      assert.equal(await running, 'DEVICE_RESET');
      assert.equal(await device.eval('2'), 2);
    }),
  );

  it(
    'ends with CONNECTION_LOST when the cable is pulled in mid-command, and runs nothing again',
    scripted(async ({ board, device, time }) => {
      const running = device.exec("ran('a')\nloop()");
      running.catch(() => {});
      await until(time, () => board.times('a') === 1);
      board.fake.vanish();
      await assert.rejects(running, (error: { code?: string; message: string }) => {
        assert.equal(error.code, 'CONNECTION_LOST');
        assert.match(error.message, /^running code on scripted-/);
        return true;
      });
      board.fake.plugIn();
      assert.equal(await device.eval('3'), 3);
      assert.equal(board.times('a'), 1);
    }),
  );

  it(
    'answers the next command after a timeout',
    scripted(async ({ board, device }) => {
      await assert.rejects(
        device.exec("print('some')\nran('a')\nloop()", { timeout: 1000 }),
        (error: CancelledError) => error.code === 'TIMED_OUT' && error.output === 'some\n',
      );
      assert.equal(await device.eval('4'), 4);
      assert.equal(board.times('a'), 1);
    }),
  );

  it(
    'answers the next command after an abort, with the reason as cause',
    scripted(async ({ board, device, time }) => {
      const abort = new AbortController();
      const running = device.exec("ran('a')\nloop()", { signal: abort.signal });
      running.catch(() => {});
      await until(time, () => board.times('a') === 1);
      const reason = new Error('enough');
      abort.abort(reason);
      await assert.rejects(running, (error: CancelledError) => error.code === 'ABORTED' && error.cause === reason);
      assert.equal(await device.eval('5'), 5);
    }),
  );

  it(
    'sends nothing for a command that was aborted before it began',
    scripted(async ({ board, device }) => {
      const heard = board.fake.heard.length;
      assert.equal(await codeOf(device.exec("ran('a')", { signal: AbortSignal.abort() })), 'ABORTED');
      assert.equal(board.fake.heard.length, heard);
    }),
  );

  it(
    'ends with NO_RAW_REPL within some 10 s when the device is deaf, and works when it hears again',
    scripted(async ({ board, device, time }) => {
      board.fake.deaf = true;
      const began = time.now;
      await assert.rejects(device.eval('1'), (error: ProtocolError) => {
        assert.equal(error.code, 'NO_RAW_REPL');
        assert.match(error.message, /did not answer within 10 s.*reset button/);
        return true;
      });
      assert.ok(time.now - began < 11_000, `${time.now - began} ms`);
      board.fake.resume();
      assert.equal(await device.eval('6'), 6);
    }),
  );

  it(
    'says what came when the device answers, but not as a raw REPL does',
    scripted(
      async ({ board, device }) => {
        const chatter = setInterval(() => board.fake.say('AT\r\nERROR\r\n'), 200);
        await assert.rejects(device.eval('1'), (error: ProtocolError) => {
          assert.equal(error.code, 'NO_RAW_REPL');
          assert.match(error.received, /ERROR/);
          return true;
        });
        clearInterval(chatter);
      },
      { fake: { repl: false } },
    ),
  );

  it(
    'is not kept waiting for ever by a device that floods',
    scripted(
      async ({ board, device, time }) => {
        const flood = setInterval(() => board.fake.say('x'.repeat(50)), 1);
        const began = time.now;
        assert.equal(await codeOf(device.eval('1')), 'NO_RAW_REPL');
        assert.ok(time.now - began < 11_000, `${time.now - began} ms`);
        clearInterval(flood);
      },
      { fake: { repl: false } },
    ),
  );

  it(
    'hears at once of a timeout, and the next command still waits for the prompt',
    scripted(async ({ board, device, time }) => {
      const stubborn = codeOf(device.exec("ran('a')\nswallow(6)", { timeout: 500 }));
      const next = device.eval("tag('b')");
      assert.equal(await stubborn, 'TIMED_OUT');
      assert.ok(time.now < 700, `${time.now} ms`);
      assert.equal(await next, '<b>');
      assert.deepEqual(board.ran, ['a', 'b']);
    }),
  );

  for (const [kind, split] of [
    ['byte by byte', 1],
    ['in pieces of random size', { seed: 7 }],
  ] as const) {
    it(
      `understands a device whose bytes come ${kind}`,
      scripted(
        async ({ device }) => {
          assert.equal((await device.exec(`${BIG}print('long code')`)).output, 'long code\n');
          assert.equal(await device.eval("'text'"), 'text');
          await assert.rejects(
            device.exec("print('a')\nfail('no')"),
            (error: DeviceException) => error.type === 'ValueError' && error.line === 2 && error.output === 'a\n',
          );
          await device.exec('exit()');
          assert.equal((await device.exec("print('after')")).output, 'after\n');
        },
        { fake: { split } },
      ),
    );
  }

  it(
    'takes noise between commands for output of nobody',
    scripted(async ({ board, device, time }) => {
      const noise: string[] = [];
      device.on('output', (text: string) => noise.push(text));
      await device.exec("print('a')");
      board.fake.say('\x04noise>\x04\r\n');
      await time.pass(1);
      assert.equal((await device.exec("print('b')")).output, 'b\n');
      assert.equal(noise.join(''), '\x04noise>\x04\n');
    }),
  );

  it(
    'enters anew when the device restarted between commands',
    scripted(async ({ board, device, time }) => {
      await device.exec("x = 'old'");
      board.fake.reset('hard');
      await time.pass(10);
      await assert.rejects(device.eval('x'), /NameError/);
    }),
  );

  for (const split of [1, 3, 4, 7, 64]) {
    it(
      `is not typed into the friendly REPL of a device that restarted between commands (${split} bytes a piece)`,
      scripted(
        async ({ board, device, time }) => {
          await device.exec("x = 'old'");
          board.fake.reset('hard');
          await time.pass(1000);
          assert.equal((await device.exec("ran('a')\nprint('a')")).output, 'a\n');
          await assert.rejects(device.eval('x'), /NameError/);
          assert.deepEqual(board.ran, ['a']);
        },
        { fake: { split } },
      ),
    );
  }

  it(
    'is not sent to a device that restarts while its raw REPL is checked',
    scripted(async ({ board, device }) => {
      const running = device.exec("ran('a')\nprint('a')");
      // Behind the banner, before the answer to the check.
      board.fake.at({ heard: 3 }, () => board.fake.reset('hard'));
      assert.equal((await running).output, 'a\n');
      assert.deepEqual(board.ran, ['a']);
      assert.equal(board.fake.heard.toString('latin1').split("ran('a')").length, 2);
    }),
  );

  it(
    'leaves the device at its friendly REPL when it is disconnected in mid-command',
    scripted(async ({ board, device, time }) => {
      const running = codeOf(device.exec("ran('a')\nloop()"));
      await until(time, () => board.times('a') === 1);
      await device.disconnect();
      assert.equal(await running, 'DEVICE_CLOSED');
      assert.equal(device.state.status, 'released');
      await time.pass(10);
      assert.match(board.fake.said.toString('latin1'), />>> $/);
      assert.equal(time.timers, 0);
    }),
  );

  for (const [rawPaste, what] of [
    ['yes', 'in raw paste'],
    ['refused', 'in small pieces'],
  ] as const) {
    it(
      `runs all of a long code or nothing when it is interrupted while it is sent ${what}`,
      scripted(
        async ({ board, device }) => {
          await device.exec(`${BIG}print('found out about raw paste')`);
          for (let heard = 1; heard < 940; heard += 67) {
            board.ran.length = 0;
            board.fake.at({ heard }, () => void device.interrupt());
            const code = `ran('first')\n${BIG}ran('second')\nsleep(100)`;
            const outcome = await codeOf(device.exec(code));
            assert.equal(outcome, 'DEVICE_EXCEPTION', `at byte ${heard}`);
            assert.notDeepEqual(board.ran, ['second'], `at byte ${heard}`);
            if (board.ran.length === 1) assert.fail(`at byte ${heard} only the first part ran`);
            assert.equal(await device.eval('1'), 1);
          }
        },
        { fake: { rawPaste, pushesBack: false } },
      ),
    );
  }

  it(
    'runs a repeatable command again after a loss and after a reset, and no other',
    scripted(async ({ board, device, time }) => {
      for (const [id, fault] of [
        ['lost', () => (board.fake.vanish(), board.fake.plugIn())],
        ['reset', () => board.fake.reset('hard')],
      ] as const) {
        const running = device.exec(`ran('${id}')\nsleep(500)\nprint('${id}')`, { repeatable: true });
        await until(time, () => board.times(id) === 1);
        fault();
        assert.equal((await running).output, `${id}\n`);
        assert.equal(board.times(id), 2);
      }
    }),
  );

  it(
    'gives up a repeatable command after three attempts',
    scripted(async ({ board, device }) => {
      const outcome = await codeOf(device.exec("ran('a')\nreset()", { repeatable: true }));
      assert.equal(outcome, 'DEVICE_RESET');
      assert.equal(board.times('a'), 3);
      assert.equal(await device.eval('7'), 7);
    }),
  );

  it(
    'tells the states in order',
    scripted(async ({ board, device, time }) => {
      const states: string[] = [];
      device.on('state', ({ status }: Device['state']) => {
        if (states.at(-1) !== status) states.push(status);
      });
      await device.exec("print('a')");
      board.fake.vanish();
      await until(time, () => device.state.status === 'disconnected');
      board.fake.plugIn();
      assert.equal(await device.eval('1'), 1);
      await device.disconnect();
      await device.connect();
      await device.close();
      assert.deepEqual(states, [
        ...['running', 'ready', 'disconnected', 'connecting', 'ready', 'running', 'ready'],
        ...['released', 'connecting', 'ready', 'closed'],
      ]);
    }),
  );

  it(
    'names the reason in its state while it is disconnected',
    scripted(async ({ board, device, time }) => {
      board.fake.vanish();
      await until(time, () => device.state.status === 'disconnected');
      assert.equal((device.state.reason as { code?: string }).code, 'CONNECTION_LOST');
      await until(time, () => (device.state.reason as { code?: string } | undefined)?.code === 'PORT_NOT_FOUND');
    }),
  );

  it(
    'survives listeners that throw',
    scripted(async ({ board, device }) => {
      device.on('state', () => {
        throw new Error('listener');
      });
      device.on('output', () => {
        throw new Error('listener');
      });
      await device.exec("print('a')", {
        onOutput: () => {
          throw new Error('listener');
        },
      });
      board.fake.say('noise\r\n');
      assert.equal(await device.eval('1'), 1);
    }),
  );
});
