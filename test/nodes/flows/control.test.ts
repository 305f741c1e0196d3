import assert from 'node:assert/strict';
import { TestFlow, type TestMessage } from '../../support/test-flow';

const payloads = (sent: TestMessage[]) => sent.map((msg) => msg.payload);

describe('flows: micropython-control and -status', () => {
  const flow = new TestFlow('sim:flows-control');
  before(() =>
    flow.load([
      { id: 'control', type: 'micropython-control', action: '' },
      { id: 'info', type: 'micropython-control', action: 'info' },
      { id: 'connection', type: 'micropython-status' },
      { id: 'eval', type: 'micropython-eval', expression: '', expressionType: 'str', timeout: '20' },
    ]),
  );
  after(() => flow.unload());

  const control = (action: unknown) => flow.input('control', { action, topic: 't' });
  const changes = () =>
    (flow.sent.get('connection') ?? []).map((msg) => (msg.payload as { status: string; connected: boolean }).status);

  it('connects, and the status node tells of it', async () => {
    const { sent, error, ends } = await control('connect');
    assert.equal(error, undefined);
    assert.equal(ends, 1);
    assert.equal(sent[0]?.topic, 't');
    assert.deepEqual(payloads(sent), [{ device: 'sim:flows-control', status: 'ready', connected: true, waiting: 0 }]);
    await flow.until(() => changes().at(-1) === 'ready', 'the status node');
  });

  it('says what the device is', async () => {
    const { sent } = await flow.input('info', { action: 'disconnect' });
    assert.equal((sent[0]?.payload as { implementation: string }).implementation, 'micropython');
  });

  it('restarts the interpreter', async () => {
    await flow.input('eval', { expression: 'globals().update(kept=1)' });
    assert.equal((await control('soft-reset')).error, undefined);
    assert.match((await flow.input('eval', { expression: 'kept' })).error?.message ?? '', /NameError/);
  });

  it('interrupts whatever runs', async () => {
    const running = flow.send('eval', { expression: 'any(False for i in range(10 ** 9))' });
    await flow.until(() => flow.device().state.status === 'running', 'the command to run');
    assert.equal((await control('interrupt')).error, undefined);
    const { error, caught } = await flow.outcome('eval', running);
    assert.match(error?.message ?? '', /KeyboardInterrupt/);
    assert.equal((caught[0]?.errorDetails as { type: string }).type, 'KeyboardInterrupt');
  });

  it('lets go of the device until it is told to connect', async () => {
    const { sent } = await control('disconnect');
    assert.equal((sent[0]?.payload as { status: string }).status, 'released');
    assert.equal((await flow.input('eval', { expression: '1' })).error?.code, 'DEVICE_CLOSED');
    assert.equal(changes().at(-1), 'released');
    assert.equal((await control('status')).error, undefined);
    for (const action of ['interrupt', 'hard-reset', 'soft-reset', 'info']) {
      assert.equal((await control(action)).error?.code, 'DEVICE_CLOSED', action);
    }
    assert.equal(flow.device().state.status, 'released', 'nothing but connect takes the port back');
    await control('connect');
    assert.equal((await flow.input('eval', { expression: '1' })).sent[0]?.payload, 1);
  });

  it('is no change of the connection when commands come and go', async () => {
    const before = changes().length;
    for (let i = 0; i < 3; i++) await flow.input('eval', { expression: '1' });
    assert.equal(changes().length, before);
  });

  it('refuses an action that it does not know', async () => {
    for (const action of [undefined, '', 'reboot', 'constructor', 5]) {
      const { error, ends, sent } = await control(action);
      assert.equal(error?.code, 'INVALID_ARGUMENT');
      assert.equal(ends, 1);
      assert.equal(sent.length, 0);
    }
  });
});

describe('flows: micropython-status, and a device that is away', () => {
  const flow = new TestFlow('/dev/no-such-port');
  before(() =>
    flow.load([
      { id: 'connection', type: 'micropython-status' },
      { id: 'eval', type: 'micropython-eval', expression: '1', expressionType: 'str' },
    ]),
  );
  after(() => flow.unload());

  it('tells of it once, however often the device is looked for', async () => {
    let attempts = 0;
    flow.device().watch(({ status }) => (attempts += status === 'connecting' ? 1 : 0));
    for (let i = 0; i < 3; i++) await flow.input('eval');
    assert.ok(attempts >= 3, `${attempts} attempts`);
    const told = (flow.sent.get('connection') ?? []).map(({ payload }) => {
      const { status, reason } = payload as { status: string; reason?: { code: string } };
      return reason ? `${status} ${reason.code}` : status;
    });
    assert.deepEqual(told, ['disconnected', 'connecting', 'disconnected PORT_NOT_FOUND']);
  });
});
