import assert from 'node:assert/strict';
import { Device, DevicePool, type CancelledError } from '../../../src/lib/index';
import { scripted } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { inVirtualTime } from '../../support/virtual-time';

describe('Device: giving up to connect', () => {
  const reason = new Error('the user pressed stop');
  const aborted = (address: string) => (error: CancelledError) => {
    assert.equal(error.code, 'ABORTED');
    assert.equal(error.cause, reason);
    assert.equal(error.message, `connecting to ${address} was aborted`);
    return true;
  };

  it('is ABORTED, with the reason as cause, and lets go of the port', () =>
    inVirtualTime(async () => {
      const board = new ScriptedDevice();
      try {
        board.fake.refuse('never');
        const abort = new AbortController();
        setTimeout(() => abort.abort(reason), 100);
        await assert.rejects(Device.open(board.address, { signal: abort.signal }), aborted(board.address));
        const device = await Device.open(board.address);
        assert.equal(await device.eval('1'), 1);
        await device.close();
      } finally {
        board.stop();
      }
    }));

  // Nobody would hear of the attempt's failure, and an unheard rejection ends the process.
  it('begins no attempt when the signal has fired before', () =>
    inVirtualTime(async () => {
      const board = new ScriptedDevice();
      const pool = new DevicePool({ graceMs: 0 });
      try {
        board.fake.refuse('PORT_BUSY');
        const { device } = await pool.acquire(board.address);
        await assert.rejects(device.connect({ signal: AbortSignal.abort(reason) }), aborted(board.address));
        assert.equal(board.asked.length, 0);
      } finally {
        await pool.close();
        board.stop();
      }
    }));

  it('is DEVICE_CLOSED when the device is closed meanwhile', () =>
    inVirtualTime(async () => {
      const board = new ScriptedDevice();
      const pool = new DevicePool({ graceMs: 0 });
      try {
        board.fake.refuse('never');
        const lease = await pool.acquire(board.address);
        const connecting = assert.rejects(lease.device.connect(), {
          code: 'DEVICE_CLOSED',
          message: `connecting to ${board.address}: it was closed`,
        });
        await lease.release();
        await connecting;
      } finally {
        await pool.close();
        board.stop();
      }
    }));

  it(
    'puts no eleventh listener on a signal that many commands share',
    scripted(async ({ device }) => {
      const abort = new AbortController();
      let listeners = 0;
      const { signal } = abort;
      const counted =
        (by: number, method: (...args: never[]) => void) =>
        (...args: unknown[]) => {
          listeners += by;
          Reflect.apply(method, signal, args);
        };
      Object.assign(signal, {
        addEventListener: counted(1, signal.addEventListener.bind(signal)),
        removeEventListener: counted(-1, signal.removeEventListener.bind(signal)),
      });
      await Promise.all(Array.from({ length: 3 }, () => device.eval('1', { signal })));
      assert.equal(listeners, 0);
      const running = Array.from({ length: 20 }, () => device.exec('loop()', { signal }));
      assert.equal(listeners, 1);
      abort.abort(reason);
      for (const each of await Promise.allSettled(running)) {
        assert.equal(each.status === 'rejected' && (each.reason as CancelledError).code, 'ABORTED');
      }
      assert.equal(listeners, 0);
      assert.equal(await device.eval('1'), 1);
    }),
  );
});
