import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import sinon from 'sinon';
import { ArgumentError, type DevicePool } from '../../../src/lib/index';
import { SharedDevice } from '../../../src/nodes/device/shared-device';

/** As much of a pool as a config node sees: it grants leases when it is told to. */
class FakePool {
  readonly device = Object.assign(new EventEmitter(), { state: { status: 'ready', waiting: 0 } });
  readonly release = sinon.stub().resolves();
  refusal: Error | undefined;
  acquired = 0;

  acquire(): Promise<object> {
    this.acquired++;
    return this.refusal
      ? Promise.reject(this.refusal)
      : Promise.resolve({ device: this.device, release: this.release });
  }
}

describe('nodes: shared device', () => {
  let pool: FakePool;
  let warnings: Error[];
  const share = (address = 'sim:') =>
    new SharedDevice(pool as unknown as DevicePool, address, {}, (error) => warnings.push(error));

  beforeEach(() => {
    pool = new FakePool();
    warnings = [];
  });

  it('takes one lease for all its users, and gives it back once', async () => {
    const shared = share();
    assert.equal(await shared.device(), pool.device);
    await shared.device();
    assert.equal(pool.acquired, 1);
    await shared.release();
    assert.equal(pool.release.callCount, 1);
    assert.deepEqual(
      ['state', 'warning'].map((name) => pool.device.listenerCount(name)),
      [0, 0],
    );
    await assert.rejects(shared.device(), { code: 'DEVICE_CLOSED' });
  });

  it('passes states and warnings on', async () => {
    const shared = share();
    const states: string[] = [];
    const unwatch = shared.watch(({ status }) => states.push(status));
    await shared.device();
    pool.device.emit('state', { status: 'running', waiting: 0 });
    pool.device.emit('warning', new Error('setup'));
    unwatch();
    pool.device.emit('state', { status: 'ready', waiting: 0 });
    assert.deepEqual(states, ['ready', 'running']);
    assert.equal(shared.state.status, 'ready');
    assert.equal(warnings.length, 1);
  });

  it('asks again after it was refused, and says why meanwhile', async () => {
    const shared = share();
    pool.refusal = new ArgumentError('INVALID_ARGUMENT', 'other settings are in use');
    await assert.rejects(shared.device(), { code: 'INVALID_ARGUMENT' });
    assert.equal(shared.state.reason, pool.refusal);
    pool.refusal = undefined;
    await shared.device();
    assert.equal(shared.state.status, 'ready');
  });

  it('gives a lease back that is granted while it closes', async () => {
    const shared = share();
    const device = shared.device();
    await shared.release();
    await device;
    assert.equal(pool.release.callCount, 1);
    assert.equal(pool.device.listenerCount('state'), 0);
  });

  it('refuses a blank address without asking the pool', async () => {
    await assert.rejects(share('').device(), { code: 'INVALID_ADDRESS' });
    assert.equal(pool.acquired, 0);
  });
});
