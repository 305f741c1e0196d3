import assert from 'node:assert/strict';
import { Device, DevicePool, type ArgumentError, type Lease } from '../../../src/lib/index';
import { codeOf, until } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { virtually, type VirtualTime } from '../../support/virtual-time';

const withPool = (
  graceMs: number,
  work: (story: { board: ScriptedDevice; pool: DevicePool; time: VirtualTime }) => Promise<void>,
) =>
  virtually(async (time) => {
    const board = new ScriptedDevice();
    const pool = new DevicePool({ graceMs });
    try {
      await work({ board, pool, time });
    } finally {
      await pool.close();
      board.stop();
    }
  });

describe('DevicePool', () => {
  it(
    'connects nothing by itself',
    withPool(0, async ({ board, pool, time }) => {
      await pool.acquire(board.address);
      await time.pass(10_000);
      assert.equal(board.fake.opens, 0);
    }),
  );

  it(
    'connects with autoConnect, also when a user asks for it who came later',
    withPool(0, async ({ board, pool, time }) => {
      await pool.acquire(board.address);
      await pool.acquire(board.address, { autoConnect: true });
      await until(time, () => board.fake.connected);
      board.fake.vanish();
      await time.pass(5000);
      board.fake.plugIn();
      await time.pass(3000);
      assert.equal(board.fake.connected, true);
    }),
  );

  it(
    'finds a device with autoConnect that was absent at first',
    withPool(0, async ({ board, pool, time }) => {
      board.fake.vanish();
      const { device } = await pool.acquire(board.address, { autoConnect: true });
      await time.pass(60_000);
      board.fake.plugIn();
      await time.pass(3000);
      assert.equal(device.state.status, 'ready');
    }),
  );

  it(
    'shares one session among leases, pools and Device.open',
    withPool(0, async ({ board, pool }) => {
      const one = await pool.acquire(board.address);
      const other = await new DevicePool().acquire(` ${board.address.toUpperCase()} `);
      const opened = await Device.open(board.address);
      await one.device.exec("x = 'shared'");
      assert.equal(await other.device.eval('x'), 'shared');
      assert.equal(await opened.eval('x'), 'shared');
      assert.equal(board.fake.opens, 1);
      await Promise.all([one.release(), opened.close()]);
      assert.equal(await other.device.eval('x'), 'shared');
      await other.release();
    }),
  );

  it(
    'ends the commands of the user who leaves, and those of nobody else',
    withPool(0, async ({ board, pool, time }) => {
      const [one, other] = [await pool.acquire(board.address), await pool.acquire(board.address)];
      const running = codeOf(one.device.exec("ran('a')\nloop()"));
      const waiting = codeOf(one.device.exec("ran('b')"));
      const others = other.device.exec("ran('c')\nprint('c')");
      await until(time, () => board.times('a') === 1);
      await one.release();
      assert.deepEqual([await running, await waiting], ['DEVICE_CLOSED', 'DEVICE_CLOSED']);
      assert.equal((await others).output, 'c\n');
      assert.deepEqual(board.ran, ['a', 'c']);
      assert.equal(await codeOf(one.device.eval('1')), 'DEVICE_CLOSED');
      assert.equal(one.device.state.status, 'closed');
    }),
  );

  it(
    'keeps the port over a redeploy, and nothing is reset',
    withPool(5000, async ({ board, pool, time }) => {
      let lease = await pool.acquire(board.address);
      await lease.device.exec("x = 'kept'");
      for (let n = 0; n < 10; n++) {
        await lease.release();
        await time.pass(100);
        lease = await pool.acquire(board.address);
      }
      assert.equal(await lease.device.eval('x'), 'kept');
      assert.equal(board.fake.opens, 1);
    }),
  );

  it(
    'lets go of a device that nobody claims within the grace time',
    withPool(5000, async ({ board, pool, time }) => {
      const lease = await pool.acquire(board.address);
      await lease.device.eval('1');
      await lease.release();
      await time.pass(4900);
      assert.equal(board.fake.connected, true);
      await time.pass(700);
      assert.equal(board.fake.connected, false);
      assert.equal(time.timers, 0);
    }),
  );

  it(
    'refuses other options while somebody holds the device, and names both addresses',
    withPool(0, async ({ board, pool }) => {
      await pool.acquire(board.address, { baudRate: 9600, dtr: false });
      await assert.rejects(pool.acquire(`${board.address} `), (error: ArgumentError) => {
        assert.equal(error.code, 'INVALID_ARGUMENT');
        assert.match(error.message, /baudRate, dtr/);
        assert.equal(error.message.split(board.address).length, 3);
        return true;
      });
    }),
  );

  it(
    'takes options that say the same in another way for the same',
    withPool(0, async ({ board, pool }) => {
      await pool.acquire(board.address, {});
      await pool.acquire(board.address, {
        baudRate: 115200,
        dtr: true,
        offline: 'wait',
        initCode: '',
        queueLimit: 1000,
      });
    }),
  );

  it(
    'opens with other options only when the old port is closed',
    withPool(5000, async ({ board, pool, time }) => {
      let lease: Lease = await pool.acquire(board.address, { baudRate: 9600 });
      const running = codeOf(lease.device.exec("ran('a')\nloop()"));
      await until(time, () => board.times('a') === 1);
      void lease.release();
      lease = await pool.acquire(board.address, { baudRate: 19200, autoConnect: true });
      // The fake device has one port only: opening it too early would be PORT_BUSY.
      assert.equal(await lease.device.eval('1'), 1);
      assert.equal(await running, 'DEVICE_CLOSED');
      assert.deepEqual(
        board.asked.map(({ baudRate }) => baudRate),
        [9600, 19200],
      );
      assert.equal(board.fake.opens, 2);
    }),
  );

  it(
    'survives many redeploys in a row with ever other options, each before the last one is done',
    withPool(50, async ({ board, pool, time }) => {
      let last: Lease | undefined;
      for (let n = 0; n < 30; n++) {
        void last?.release();
        last = await pool.acquire(board.address, { baudRate: 9600 + n, autoConnect: n % 2 === 0 });
        const waiting = codeOf(last.device.exec(`ran('c${n}')`));
        if (n % 3 === 0) await time.pass(n);
        if (n % 5 === 0) assert.equal(await waiting, 'resolved');
        else void waiting;
      }
      assert.equal(await last?.device.eval('1'), 1);
      assert.ok(board.ran.every((id) => board.times(id) === 1));
      assert.equal(board.fake.opens - board.fake.closes, 1);
    }),
  );

  it(
    'releases idempotently, and never rejects',
    withPool(0, async ({ board, pool }) => {
      const lease = await pool.acquire(board.address);
      await lease.device.eval('1');
      board.fake.vanish();
      await Promise.all([lease.release(), lease.release(), lease.device.close()]);
      await lease.release();
      await pool.close();
    }),
  );

  it(
    'leaves no listener and no timer behind when it is closed, whatever was going on',
    withPool(5000, async ({ board, pool, time }) => {
      const abort = new AbortController();
      const leases = [await pool.acquire(board.address), await pool.acquire(board.address)];
      const outcomes = leases.flatMap(({ device }) => [
        codeOf(device.exec("ran('a')\nloop()", { signal: abort.signal })),
        codeOf(device.exec("ran('b')", { signal: abort.signal, timeout: 1000 })),
      ]);
      leases[0]?.device.on('state', () => {});
      await until(time, () => board.times('a') === 1);
      await pool.close();
      assert.ok((await Promise.all(outcomes)).every((code) => code === 'DEVICE_CLOSED'));
      await time.pass(10);
      assert.equal(time.timers, 0);
      assert.deepEqual(
        leases.flatMap(({ device }) => device.eventNames()),
        [],
      );
    }),
  );
});
