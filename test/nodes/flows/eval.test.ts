import assert from 'node:assert/strict';
import { TestFlow } from '../../support/test-flow';

describe('flows: micropython-eval', () => {
  const flow = new TestFlow('sim:flows-eval');
  before(() =>
    flow.load([
      {
        id: 'eval',
        type: 'micropython-eval',
        expression: 'a + b',
        expressionType: 'str',
        args: [
          { name: 'a', type: 'num', value: '1' },
          { name: 'b', type: 'msg', value: 'payload' },
        ],
        timeout: '10',
      },
      { id: 'typed', type: 'micropython-eval', expression: 'python', expressionType: 'msg' },
      { id: 'jsonata', type: 'micropython-eval', expression: '"1 + " & payload', expressionType: 'jsonata' },
      { id: 'blank', type: 'micropython-eval', expression: '', expressionType: 'str' },
    ]),
  );
  after(() => flow.unload());

  it('puts the value into the payload, and keeps the rest of the message', async () => {
    const { sent, error, ends } = await flow.input('eval', { payload: 2, topic: 't' });
    assert.equal(error, undefined);
    assert.equal(ends, 1);
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.payload, 3);
    assert.equal(sent[0]?.topic, 't');
  });

  it('gives JavaScript values', async () => {
    const value = async (expression: string) => (await flow.input('blank', { expression })).sent[0]?.payload;
    assert.equal(await value('None'), null);
    assert.equal(await value('2 ** 60'), 2n ** 60n);
    assert.deepEqual(await value('[1, "ü", True, (2.5,)]'), [1, 'ü', true, [2.5]]);
    assert.deepEqual(await value('b"\\x00\\xff"'), Buffer.from([0, 255]));
    assert.deepEqual(await value('{"a": {"b": []}}'), { a: { b: [] } });
    assert.match(String(await value('object()')), /<object/);
  });

  it('takes the expression from where the node says', async () => {
    assert.equal((await flow.input('typed', { python: '6 * 7' })).sent[0]?.payload, 42);
    assert.equal((await flow.input('jsonata', { payload: 2 })).sent[0]?.payload, 3);
    assert.equal((await flow.input('blank', { code: '5' })).sent[0]?.payload, 5);
  });

  it('says so when there is no expression', async () => {
    for (const id of ['typed', 'blank']) {
      const { error, sent, ends } = await flow.input(id);
      assert.equal(error?.code, 'INVALID_ARGUMENT');
      assert.equal(sent.length, 0);
      assert.equal(ends, 1);
    }
  });

  it('lets msg.args win over the rows', async () => {
    const { sent } = await flow.input('eval', { payload: 0, args: { a: 'x', b: 'y' } });
    assert.equal(sent[0]?.payload, 'xy');
  });

  it('brings exceptions and statements to the Catch node', async () => {
    const raised = await flow.input('blank', { expression: '[][5]' });
    assert.equal(raised.ends, 1);
    assert.equal((raised.caught[0]?.errorDetails as { type?: string }).type, 'IndexError');
    const statement = await flow.input('blank', { expression: 'x = 1' });
    assert.equal((statement.caught[0]?.errorDetails as { type?: string }).type, 'SyntaxError');
  });

  it('ends an expression after its timeout', async () => {
    const { error } = await flow.input('blank', { expression: 'any(False for i in range(10 ** 9))', timeout: 0.3 });
    assert.equal(error?.code, 'TIMED_OUT');
    assert.equal((await flow.input('blank', { expression: '1' })).sent[0]?.payload, 1);
  });

  it('stops on msg.kill', async () => {
    const running = flow.send('blank', { expression: 'any(False for i in range(10 ** 9))', timeout: 20 });
    const state = () => flow.device().state.status;
    await flow.until(() => state() === 'running', 'the command to run');
    await flow.input('blank', { kill: true });
    const { error, ends } = await flow.outcome('blank', running);
    assert.match(error?.message ?? '', /KeyboardInterrupt/);
    assert.equal(ends, 1);
  });

  it('serves many messages in their order', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => flow.send('blank', { expression: String(n) }));
    await Promise.all(ids.map((id) => flow.outcome('blank', id)));
    const sent = (flow.sent.get('blank') ?? []).filter((msg) => ids.includes(msg._msgid ?? ''));
    assert.deepEqual(
      sent.map((msg) => msg.payload),
      Array.from({ length: 50 }, (_, n) => n),
    );
  });
});
