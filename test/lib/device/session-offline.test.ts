import assert from 'node:assert/strict';
import { Device, type TransportError } from '../../../src/lib/index';
import { codeOf, scripted, until, type ScriptedStory } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { virtually } from '../../support/virtual-time';

async function unplugged({ board, device, time }: ScriptedStory): Promise<void> {
  await device.exec("print('it is there')");
  board.fake.vanish();
  await until(time, () => device.state.status === 'disconnected');
}

describe('Session: the device is away', () => {
  it(
    'runs what waits exactly once when it is back',
    scripted(async (story) => {
      const { board, device, time } = story;
      await unplugged(story);
      const ids = ['a', 'b', 'c'];
      const waiting = ids.map((id) => device.exec(`ran('${id}')\nprint('${id}')`));
      await time.pass(20_000);
      assert.deepEqual(board.ran, []);
      board.fake.plugIn();
      const outputs = (await Promise.all(waiting)).map(({ output }) => output);
      assert.deepEqual(outputs, ['a\n', 'b\n', 'c\n']);
      assert.deepEqual(board.ran, ids);
    }),
  );

  it(
    'finds it within some 2 s, however long it was away',
    scripted(async (story) => {
      const { board, device, time } = story;
      await unplugged(story);
      await time.pass(300_000);
      board.fake.plugIn();
      const back = time.now;
      await device.eval('1');
      assert.ok(time.now - back <= 2500, `${time.now - back} ms`);
    }),
  );

  it(
    'lets a command wait no longer than its timeout, and says why',
    scripted(async (story) => {
      const { board, device, time } = story;
      await unplugged(story);
      const began = time.now;
      await assert.rejects(device.exec("ran('a')", { timeout: 3000 }), (error: TransportError) => {
        assert.equal(error.code, 'PORT_NOT_FOUND');
        assert.ok(error.message.includes(board.address));
        return true;
      });
      assert.equal(time.now - began, 3000);
      board.fake.plugIn();
      await device.eval('1');
      assert.deepEqual(board.ran, []);
    }),
  );

  it(
    'lets a command without a limit of its own wait 30 s',
    scripted(async (story) => {
      const { device, time } = story;
      await unplugged(story);
      const began = time.now;
      assert.equal(await codeOf(device.exec('sleep(1)', { timeout: 0 })), 'PORT_NOT_FOUND');
      assert.equal(time.now - began, 30_000);
    }),
  );

  it(
    'gives a command its whole timeout again when it runs at last',
    scripted(async (story) => {
      const { board, device, time } = story;
      await unplugged(story);
      const waiting = device.exec('sleep(4000)', { timeout: 5000 });
      await time.pass(3000);
      board.fake.plugIn();
      await waiting;
    }),
  );

  it(
    'lets a caller stop waiting',
    scripted(async (story) => {
      const { board, device, time } = story;
      await unplugged(story);
      const abort = new AbortController();
      const waiting = codeOf(device.exec("ran('a')", { signal: abort.signal }));
      await time.pass(100);
      abort.abort();
      assert.equal(await waiting, 'ABORTED');
      board.fake.plugIn();
      await device.eval('1');
      assert.deepEqual(board.ran, []);
    }),
  );

  for (const timeout of [2 ** 31, Infinity]) {
    it(
      `lets a command whose limit is more than a timer can count wait 30 s, too: ${timeout}`,
      scripted(async (story) => {
        const { device, time } = story;
        await unplugged(story);
        const began = time.now;
        assert.notEqual(await codeOf(device.exec("ran('a')", { timeout })), 'resolved');
        assert.equal(time.now - began, 30_000);
      }),
    );
  }

  it(
    'says what was to be done, besides what became of the link',
    scripted(async (story) => {
      const { board, device } = story;
      await unplugged(story);
      board.fake.refuse(...Array.from({ length: 100 }, () => 'never' as const));
      await assert.rejects(device.exec("ran('a')", { timeout: 100 }), (error: TransportError) => {
        assert.equal(error.code, 'CONNECTION_LOST');
        assert.ok(error.message.startsWith(`running code on ${board.address}: `), error.message);
        return true;
      });
    }),
  );

  it(
    'fails at once when told to, with the reason',
    scripted(
      async (story) => {
        const { board, device, time } = story;
        await unplugged(story);
        const began = time.now;
        assert.equal(await codeOf(device.exec("ran('a')")), 'CONNECTION_LOST');
        assert.equal(time.now, began);
        board.fake.plugIn();
        await until(time, () => device.state.status === 'ready');
        await device.eval('1');
        assert.deepEqual(board.ran, []);
      },
      { open: { offline: 'fail' } },
    ),
  );

  it(
    'fails what waits in the queue when the cable is pulled, when told to',
    scripted(
      async ({ board, device, time }) => {
        const outcomes = ['a', 'b', 'c'].map((id) => codeOf(device.exec(`ran('${id}')\nloop()`)));
        await until(time, () => board.times('a') === 1);
        const began = time.now;
        board.fake.vanish();
        assert.deepEqual(await Promise.all(outcomes), ['CONNECTION_LOST', 'CONNECTION_LOST', 'CONNECTION_LOST']);
        assert.ok(time.now - began < 100, `${time.now - began} ms`);
        assert.deepEqual(board.ran, ['a']);
      },
      { open: { offline: 'fail' } },
    ),
  );

  it(
    'fails at once for a device that was never there, whatever was said about waiting',
    virtually(async (time) => {
      const board = new ScriptedDevice();
      board.fake.vanish();
      await assert.rejects(Device.open(board.address), (error: TransportError) => error.code === 'PORT_NOT_FOUND');
      assert.ok(time.now < 100, `${time.now} ms`);
      board.stop();
    }),
  );

  it(
    'goes on after many short losses, each command once',
    scripted(async ({ board, device, time }) => {
      for (let n = 0; n < 30; n++) {
        const id = `c${n}`;
        const running = codeOf(device.exec(`ran('${id}')\nsleep(10)`));
        await time.pass(n % 13);
        board.fake.vanish({ keepPower: n % 2 === 0 });
        await time.pass(n % 7);
        board.fake.plugIn();
        assert.ok(['resolved', 'CONNECTION_LOST'].includes(await running));
        assert.ok(board.times(id) <= 1, `${id} ran ${board.times(id)} times`);
      }
      assert.equal(await device.eval('1'), 1);
    }),
  );

  it(
    'does not mix what a program goes on printing after a loss into the next output',
    scripted(async ({ board, device, time }) => {
      const running = codeOf(device.exec("ran('a')\nflood(5000, 'old')"));
      await until(time, () => board.times('a') === 1);
      board.fake.vanish({ keepPower: true });
      assert.equal(await running, 'CONNECTION_LOST');
      board.fake.plugIn();
      assert.equal((await device.exec("print('new')")).output, 'new\n');
    }),
  );
});
