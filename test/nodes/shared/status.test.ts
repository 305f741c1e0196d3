import assert from 'node:assert/strict';
import { TransportError, type DeviceState } from '../../../src/lib/index';
import { nodeStatus } from '../../../src/nodes/shared/status';

/** The catalogue of this test: it knows one reason, and shows numbers. */
function translate(key: string, values?: Record<string, string | number>): string {
  if (key === 'micropython.status.reason.PORT_BUSY') return 'port busy';
  if (key.startsWith('micropython.status.reason.')) return key;
  return [key.replace('micropython.status.', ''), ...Object.values(values ?? {})].join(' ');
}

const show = (state: DeviceState | undefined, jobs = 0, percent?: number) =>
  nodeStatus(state, { jobs, percent }, translate);
const state = (status: DeviceState['status'], rest: Partial<DeviceState> = {}): DeviceState => ({
  status,
  waiting: 0,
  ...rest,
});

describe('nodes: status', () => {
  it('shows the state of the device', () => {
    assert.deepEqual(show(state('connecting')), { fill: 'yellow', shape: 'ring', text: 'connecting' });
    assert.deepEqual(show(state('ready')), { fill: 'green', shape: 'dot', text: 'ready' });
    assert.deepEqual(show(state('released')), { fill: 'grey', shape: 'ring', text: 'released' });
    assert.deepEqual(show(state('closed')), {});
  });

  it('says why a device is disconnected', () => {
    const busy = new TransportError('PORT_BUSY', 'opening /dev/ttyACM0: another program holds it');
    assert.deepEqual(show(state('disconnected', { reason: busy })), { fill: 'red', shape: 'ring', text: 'port busy' });
    const other = new TransportError('CONNECTION_LOST', 'gone');
    assert.equal(show(state('disconnected', { reason: other })).text, 'disconnected');
  });

  it('is no alarm before anything was tried', () => {
    assert.deepEqual(show(state('disconnected')), { fill: 'grey', shape: 'ring', text: 'not-connected' });
  });

  it('is red without a device', () => {
    assert.deepEqual(show(undefined), { fill: 'red', shape: 'ring', text: 'no-device' });
  });

  it('is blue while the node has work, and tells how many wait', () => {
    assert.deepEqual(show(state('running'), 1), { fill: 'blue', shape: 'dot', text: 'running' });
    assert.equal(show(state('running', { waiting: 3 }), 2).text, 'running-waiting 3');
  });

  it('stays green while the device works for another node', () => {
    assert.equal(show(state('running'), 0).fill, 'green');
  });

  it('shows the progress of a transfer in whole percent', () => {
    assert.equal(show(state('running', { waiting: 2 }), 1, 49.9).text, 'progress 49');
  });

  it('shows what keeps work from running', () => {
    assert.equal(show(state('connecting'), 3).fill, 'yellow');
  });
});
