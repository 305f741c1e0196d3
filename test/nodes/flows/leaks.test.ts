import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import sinon from 'sinon';
import { TestFlow } from '../../support/test-flow';

const nodes = [
  { id: 'exec', type: 'micropython-exec', code: 'while True:\n    pass', mode: 'collect', timeout: '60' },
  { id: 'eval', type: 'micropython-eval', expression: '1', expressionType: 'str' },
  { id: 'write', type: 'micropython-write', path: '/x', pathType: 'str' },
  { id: 'status', type: 'status', z: 'tab', scope: null, wires: [['caught']] },
];

/** What keeps a process busy, by kind. Immediates and ticks come and go. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/Immediate|Tick|FSReq/.test(kind)) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function processListeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

const REDEPLOYS = 200;

describe(`flows: ${REDEPLOYS} redeploys`, () => {
  const flow = new TestFlow('sim:flows-leaks');
  const sessions = new Set<EventEmitter>();

  before(async () => {
    // Nobody hands out the session behind a device, so it is caught when the device begins to listen to it.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const on = EventEmitter.prototype.on;
    sinon.stub(EventEmitter.prototype, 'on').callsFake(function (this: EventEmitter, name, listener) {
      if (this.constructor.name === 'Session') sessions.add(this);
      return on.call(this, name, listener);
    });
    await flow.load(nodes, { autoConnect: true });
  });
  after(async () => {
    sinon.restore();
    await flow.unload();
  });

  it('leave listeners, timers, processes and open ports where they were', async () => {
    const types = ['full', 'flows', 'nodes'] as const;
    const redeploy = async (n: number) => {
      const running = flow.send('exec');
      await flow.until(() => flow.device().state.status === 'running', 'the command to run');
      await flow.deploy(types[n % 3] ?? 'full', {
        exec: { name: `${n}` },
        ...(n % 5 ? {} : { device: { name: `${n}` } }),
      });
      assert.equal((await flow.outcome('exec', running)).ends, 1);
    };
    const look = async () => {
      assert.equal((await flow.input('eval')).sent[0]?.payload, 1);
      const listening = [...sessions].map((session) =>
        ['state', 'output', 'warning'].map((name) => session.listenerCount(name)),
      );
      return { resources: resources(), process: processListeners(), sessions: listening };
    };
    for (let n = 0; n < 5; n++) await redeploy(n);
    const before = await look();
    assert.equal(sessions.size, 1, 'all redeploys shared one session');
    for (let n = 5; n < 5 + REDEPLOYS; n++) await redeploy(n);
    assert.deepEqual(await look(), before);
  }).timeout(120_000);
});
