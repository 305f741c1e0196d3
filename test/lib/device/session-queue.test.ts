import assert from 'node:assert/strict';
import type { CancelledError, TransportError } from '../../../src/lib/index';
import { codeOf, scripted, until } from '../../support/scripted';

describe('Session: many commands for one device', () => {
  it(
    'runs them one after the other, in the order in which they came',
    scripted(async ({ board, device }) => {
      const ids = Array.from({ length: 20 }, (_, i) => `c${i}`);
      const outputs = await Promise.all(
        ids.map(async (id) => (await device.exec(`ran('${id}')\nsleep(5)\nprint('${id}')\ndone('${id}')`)).output),
      );
      assert.deepEqual(
        outputs,
        ids.map((id) => `${id}\n`),
      );
      assert.deepEqual([board.ran, board.done], [ids, ids]);
    }),
  );

  it(
    'refuses what is more than queueLimit, before anything is sent',
    scripted(
      async ({ board, device }) => {
        const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map((id) => codeOf(device.exec(`ran('${id}')`))));
        assert.deepEqual(outcomes, ['resolved', 'resolved', 'resolved', 'QUEUE_FULL']);
        assert.deepEqual(board.ran, ['a', 'b', 'c']);
        await device.exec("ran('e')");
      },
      { open: { queueLimit: 2 } },
    ),
  );

  it(
    'says how many wait when it refuses',
    scripted(
      async ({ board, device, time }) => {
        const first = device.exec("ran('a')\nsleep(10)");
        const second = device.exec('sleep(10)');
        await until(time, () => board.times('a') === 1);
        assert.equal(device.state.waiting, 1);
        await assert.rejects(device.exec('sleep(10)'), (error: CancelledError) => {
          assert.equal(error.code, 'QUEUE_FULL');
          assert.match(error.message, /^running code on scripted-\d+: was refused: 1 commands wait already$/);
          return true;
        });
        await Promise.all([first, second]);
        assert.equal(device.state.waiting, 0);
      },
      { open: { queueLimit: 1 } },
    ),
  );

  it(
    'drops the oldest that waits, when told to',
    scripted(
      async ({ board, device }) => {
        const outcomes = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => codeOf(device.exec(`ran('${id}')`))));
        assert.deepEqual(outcomes, ['resolved', 'QUEUE_FULL', 'QUEUE_FULL', 'resolved', 'resolved']);
        assert.deepEqual(board.ran, ['a', 'd', 'e']);
      },
      { open: { queueLimit: 2, queuePolicy: 'dropOldest' } },
    ),
  );

  for (const queuePolicy of ['reject', 'dropOldest'] as const) {
    it(
      `lets nobody wait with a queueLimit of 0 (${queuePolicy})`,
      scripted(
        async ({ device }) => {
          const outcomes = await Promise.all([1, 2].map(() => codeOf(device.exec('sleep(10)'))));
          assert.deepEqual(outcomes, ['resolved', 'QUEUE_FULL']);
          assert.equal(await device.eval('1'), 1);
        },
        { open: { queueLimit: 0, queuePolicy } },
      ),
    );
  }

  it(
    'does not count the time in the queue',
    scripted(async ({ device }) => {
      const slow = device.exec('sleep(3000)');
      const quick = device.exec('sleep(500)', { timeout: 1000 });
      await Promise.all([slow, quick]);
    }),
  );

  it(
    'lets a caller leave the queue, and does not run its command',
    scripted(async ({ board, device }) => {
      const abort = new AbortController();
      const first = device.exec('sleep(100)');
      const second = codeOf(device.exec("ran('b')", { signal: abort.signal }));
      const third = device.exec("ran('c')");
      abort.abort();
      assert.equal(await second, 'ABORTED');
      await Promise.all([first, third]);
      assert.deepEqual(board.ran, ['c']);
    }),
  );

  it(
    'goes on with the others when one fails in any way',
    scripted(async ({ device }) => {
      const codes = await Promise.all(
        ["fail('x')", 'exit()', 'reset()', 'this is no code', 'loop()', "print('ok')"].map((code) =>
          codeOf(device.exec(code, { timeout: 500 })),
        ),
      );
      assert.deepEqual(codes, [
        'DEVICE_EXCEPTION',
        'resolved',
        'DEVICE_RESET',
        'DEVICE_EXCEPTION',
        'TIMED_OUT',
        'resolved',
      ]);
    }),
  );

  it(
    'ends all of them with DEVICE_CLOSED when the device is closed, and every later one',
    scripted(async ({ board, device, time }) => {
      const commands = ['a', 'b', 'c'].map((id) => device.exec(`ran('${id}')\nloop()`));
      const outcomes = Promise.all(commands.map(codeOf));
      await until(time, () => board.times('a') === 1);
      const began = time.now;
      await device.close();
      assert.deepEqual(await outcomes, ['DEVICE_CLOSED', 'DEVICE_CLOSED', 'DEVICE_CLOSED']);
      assert.ok(time.now - began <= 2000, `${time.now - began} ms`);
      await assert.rejects(device.eval('1'), (error: TransportError) => error.code === 'DEVICE_CLOSED');
      assert.deepEqual(board.ran, ['a']);
      assert.equal(board.fake.connected, false);
    }),
  );

  it(
    'leaves the device at its friendly REPL, with nothing running, when it is closed',
    scripted(async ({ board, device, time }) => {
      const running = codeOf(device.exec("ran('a')\nloop()"));
      await until(time, () => board.times('a') === 1);
      await device.close();
      await running;
      await time.pass(10);
      assert.equal(board.fake.running, false);
      assert.match(board.fake.said.toString('latin1'), />>> $/);
    }),
  );
});
