import assert from 'node:assert/strict';
import { Device, DevicePool, TransportError, type Transport, type TransportErrorCode } from '../../../src/lib/index';
import { codeOf, scripted, until } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { virtually } from '../../support/virtual-time';

/** Opens fail with this code, for as long as it is set. */
class Refusing {
  code: TransportErrorCode | undefined;
  attempts: number[] = [];

  readonly change = (usual: Transport): Transport => {
    const open = usual.open.bind(usual);
    usual.open = async (sink, signal) => {
      this.attempts.push(Date.now());
      if (this.code) throw new TransportError(this.code, `opening ${usual.address}: ${this.code}`);
      await open(sink, signal);
    };
    return usual;
  };
}

describe('Connection', () => {
  it(
    'is tried again later and later, up to 10 s, each time a little differently',
    scripted(async ({ board, device, time }) => {
      await device.eval('1');
      const attempts: number[] = [];
      board.fake.vanish();
      board.fake.refuse(...Array.from({ length: 100 }, () => 'PORT_BUSY' as const));
      device.on('state', ({ status }: Device['state']) => {
        if (status === 'connecting') attempts.push(time.now);
      });
      await time.pass(120_000);
      const pauses = attempts.slice(1).map((at, n) => at - (attempts[n] ?? 0));
      assert.ok(pauses[0]! < 700, `${pauses[0]} ms`);
      assert.ok(
        pauses.every((pause) => pause <= 12_000),
        pauses.join(),
      );
      assert.ok(
        pauses.slice(6).every((pause) => pause >= 8000),
        pauses.join(),
      );
      assert.ok(new Set(pauses.slice(6)).size > 1, 'always the same');
    }),
  );

  it(
    'looks for an absent device every 2 s or so, without end',
    scripted(async ({ board, device, time }) => {
      await device.eval('1');
      board.fake.vanish();
      let attempts = 0;
      device.on('state', ({ status }: Device['state']) => {
        if (status === 'connecting') attempts++;
      });
      await time.pass(200_000);
      assert.ok(attempts >= 80 && attempts <= 150, `${attempts} attempts in 200 s`);
    }),
  );

  for (const code of ['AUTH_FAILED', 'PORT_BUSY', 'PERMISSION_DENIED'] as const) {
    const again = code !== 'AUTH_FAILED';
    it(
      `is ${again ? '' : 'not '}tried again unasked after ${code}`,
      virtually(async (time) => {
        const refusing = new Refusing();
        const board = new ScriptedDevice({}, refusing.change);
        refusing.code = code;
        const pool = new DevicePool();
        const { device } = await pool.acquire(board.address, { autoConnect: true });
        await time.pass(60_000);
        assert.equal(refusing.attempts.length > 1, again, `${refusing.attempts.length} attempts`);
        assert.equal((device.state.reason as { code?: string }).code, code);
        // Somebody who asks is answered, and not kept waiting.
        const before = time.now;
        assert.equal(await codeOf(device.eval('1')), code);
        assert.ok(time.now - before < 100);
        // What was wrong has been put right.
        refusing.code = undefined;
        assert.equal(await device.eval('1'), 1);
        await pool.close();
        board.stop();
      }),
    );
  }

  it(
    'fails commands at once when the device came back with another password or owner',
    virtually(async (time) => {
      for (const code of ['AUTH_FAILED', 'PERMISSION_DENIED'] as const) {
        const refusing = new Refusing();
        const board = new ScriptedDevice({}, refusing.change);
        const device = await Device.open(board.address);
        await device.eval('1');
        refusing.code = code;
        board.fake.vanish();
        board.fake.plugIn();
        const before = time.now;
        assert.equal(await codeOf(device.eval('1')), code);
        assert.ok(time.now - before < 1000, `${time.now - before} ms`);
        await device.close();
        board.stop();
      }
    }),
  );

  it(
    'lets commands wait while another program has the port of a device that was there',
    virtually(async (time) => {
      const refusing = new Refusing();
      const board = new ScriptedDevice({}, refusing.change);
      const device = await Device.open(board.address);
      await device.eval('1');
      refusing.code = 'PORT_BUSY';
      board.fake.vanish();
      board.fake.plugIn();
      const waiting = device.eval('2');
      await time.pass(8000);
      refusing.code = undefined;
      assert.equal(await waiting, 2);
      await device.close();
      board.stop();
    }),
  );

  it(
    'is given up at once when the device is closed while it opens',
    virtually(async (time) => {
      const board = new ScriptedDevice();
      board.fake.refuse('never');
      const pool = new DevicePool({ graceMs: 0 });
      const { device } = await pool.acquire(board.address);
      const waiting = codeOf(device.eval('1'));
      await time.pass(100);
      const before = time.now;
      await pool.close();
      assert.equal(await waiting, 'DEVICE_CLOSED');
      assert.ok(time.now - before < 100, `${time.now - before} ms`);
      assert.equal(time.timers, 0);
      board.stop();
    }),
  );

  it(
    'is one attempt for many that ask at once',
    virtually(async () => {
      const refusing = new Refusing();
      const board = new ScriptedDevice({}, refusing.change);
      const pool = new DevicePool({ graceMs: 0 });
      const { device } = await pool.acquire(board.address, { autoConnect: true });
      await Promise.all([device.connect(), device.eval('1'), device.connect(), device.eval('1')]);
      assert.equal(refusing.attempts.length, 1);
      await pool.close();
      board.stop();
    }),
  );

  it(
    'makes the error of a transport that fails in an unknown way its own',
    virtually(async () => {
      const board = new ScriptedDevice({}, (usual) => {
        usual.open = () => Promise.reject(new RangeError('oops'));
        return usual;
      });
      await assert.rejects(Device.open(board.address), (error: TransportError) => {
        assert.equal(error.code, 'OPEN_FAILED');
        assert.ok(error.message.includes(board.address) && error.message.includes('oops'));
        assert.ok(error.cause instanceof RangeError);
        return true;
      });
      board.stop();
    }),
  );

  it(
    'survives a link that breaks in the moment in which it is open',
    scripted(async ({ board, device, time }) => {
      await device.eval('1');
      for (let n = 0; n < 20; n++) {
        board.fake.vanish();
        board.fake.plugIn();
        await until(time, () => board.fake.connected);
      }
      assert.equal(await device.eval('2'), 2);
      assert.equal(board.fake.opens - board.fake.closes, 1);
    }),
  );
});
