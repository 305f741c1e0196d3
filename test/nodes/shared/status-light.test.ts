import assert from 'node:assert/strict';
import type { NodeStatus } from 'node-red';
import sinon from 'sinon';
import { StatusLight } from '../../../src/nodes/shared/status-light';

const GREEN: NodeStatus = { fill: 'green', shape: 'dot', text: 'ready' };
const YELLOW: NodeStatus = { fill: 'yellow', shape: 'ring', text: 'connecting' };
const RED: NodeStatus = { fill: 'red', shape: 'ring', text: 'not plugged in' };
const BLUE: NodeStatus = { fill: 'blue', shape: 'dot', text: 'running' };

describe('nodes: status light', () => {
  let clock: sinon.SinonFakeTimers;
  let desired: NodeStatus;
  let shown: NodeStatus[];
  let light: StatusLight;

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    shown = [];
    desired = GREEN;
    light = new StatusLight(
      () => desired,
      (status) => shown.push(status),
    );
  });
  afterEach(() => clock.restore());

  it('shows a change once', () => {
    light.update();
    light.update();
    assert.deepEqual(shown, [GREEN]);
  });

  it('does not show work that is over at once', () => {
    light.update();
    desired = BLUE;
    light.update();
    desired = GREEN;
    light.update();
    clock.tick(10_000);
    assert.deepEqual(shown, [GREEN]);
  });

  it('shows work that lasts, and its end at once', () => {
    light.update();
    desired = BLUE;
    light.update();
    clock.tick(1000);
    desired = GREEN;
    light.update();
    assert.deepEqual(shown, [GREEN, BLUE, GREEN]);
  });

  it('does not flicker while a missing device is looked for, and shows an attempt that lasts', () => {
    const see = (status: NodeStatus) => {
      desired = status;
      light.update();
    };
    see(YELLOW);
    for (let attempt = 0; attempt < 5; attempt++) {
      see(RED);
      clock.tick(1000);
      see(YELLOW);
      clock.tick(10);
    }
    see(RED);
    assert.deepEqual(shown, [YELLOW, RED]);
    see(YELLOW);
    clock.tick(1000);
    see(GREEN);
    assert.deepEqual(shown, [YELLOW, RED, YELLOW, GREEN]);
  });

  it('shows a few of many progress updates, and the latest', () => {
    for (let percent = 0; percent < 100; percent++) {
      desired = { ...BLUE, text: `${percent} %` };
      light.update();
      clock.tick(10);
    }
    clock.tick(1000);
    assert.ok(shown.length >= 4 && shown.length <= 10, `${shown.length} updates in a second`);
    assert.equal(shown.at(-1)?.text, '99 %');
  });

  it('shows nothing and keeps no timer after it was closed', () => {
    desired = BLUE;
    light.update();
    light.close();
    assert.equal(clock.countTimers(), 0);
    assert.deepEqual(shown, []);
  });
});
