import assert from 'node:assert/strict';
import { TestFlow, type TestMessage } from '../../support/test-flow';

const FOREVER = 'print("started")\nwhile True:\n    pass';

describe('flows: micropython-exec', () => {
  const flow = new TestFlow('sim:flows-exec');
  before(() =>
    flow.load([
      {
        id: 'exec',
        type: 'micropython-exec',
        code: 'print("hello", name)',
        mode: 'collect',
        args: [{ name: 'name', type: 'str', value: 'you' }],
      },
      { id: 'blank', type: 'micropython-exec', code: '', mode: 'collect', timeout: '20' },
      { id: 'stream', type: 'micropython-exec', code: '', mode: 'stream', timeout: 20 },
      { id: 'quick', type: 'micropython-exec', code: FOREVER, mode: 'collect', timeout: '0.3' },
      { id: 'lonely', type: 'micropython-exec', code: 'print(1)', device: '' },
    ]),
  );
  after(() => flow.unload());

  const payloads = (sent: TestMessage[]) => sent.map((msg) => msg.payload);

  it('puts what the code prints into the payload, and keeps the rest of the message', async () => {
    const { sent, error, ends } = await flow.input('exec', { topic: 't', payload: 'old' });
    assert.equal(error, undefined);
    assert.equal(ends, 1);
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.payload, 'hello you\n');
    assert.equal(sent[0]?.topic, 't');
  });

  it('lets msg.args win over the rows', async () => {
    const { sent } = await flow.input('exec', { args: { name: 'ü"\n', unused: [1, { a: null }] } });
    assert.deepEqual(payloads(sent), ['hello ü"\n\n']);
  });

  it('takes msg.code only when it has no code of its own', async () => {
    assert.deepEqual(payloads((await flow.input('exec', { code: 'print(2)' })).sent), ['hello you\n']);
    assert.deepEqual(payloads((await flow.input('blank', { code: 'print(2)' })).sent), ['2\n']);
  });

  it('says so when there is no code', async () => {
    for (const code of [undefined, '', '  \n', 5]) {
      const { error, caught, sent, ends } = await flow.input('blank', { code });
      assert.equal(error?.code, 'INVALID_ARGUMENT');
      assert.equal((caught[0]?.error as { code?: string }).code, 'INVALID_ARGUMENT');
      assert.match(error?.message ?? '', code === 5 ? /msg\.code must be text, not 5/ : /there is no code/);
      assert.equal(sent.length, 0);
      assert.equal(ends, 1);
    }
  });

  it('brings an exception to the Catch node with all that is known about it', async () => {
    const { error, caught, ends } = await flow.input('blank', { code: 'print("before")\n\n1 / 0', topic: 'kept' });
    assert.equal(error?.code, 'DEVICE_EXCEPTION');
    assert.equal(ends, 1);
    assert.equal(caught.length, 1);
    const [message] = caught as [
      TestMessage & { error: Record<string, unknown>; errorDetails: Record<string, unknown> },
    ];
    assert.equal(message.topic, 'kept');
    assert.equal(message.error.code, 'DEVICE_EXCEPTION');
    assert.match(String(message.error.message), /ZeroDivisionError/);
    assert.equal(message.errorDetails.type, 'ZeroDivisionError');
    assert.equal(message.errorDetails.line, 3);
    assert.equal(message.errorDetails.output, 'before\n');
    assert.equal(message.errorDetails.device, 'sim:flows-exec');
    assert.match(String(message.errorDetails.traceback), /Traceback/);
  });

  it('names the errno of an OSError', async () => {
    const { error } = await flow.input('blank', { code: 'open("/nowhere")' });
    assert.equal(error?.code, 'ENOENT');
  });

  it('refuses code that does not compile', async () => {
    const { caught } = await flow.input('blank', { code: 'for' });
    assert.equal((caught[0]?.errorDetails as { type?: string }).type, 'SyntaxError');
  });

  it('refuses arguments that Python cannot express, before anything is sent', async () => {
    for (const args of [{ 'a b': 1 }, { class: 1 }, { f: () => 1 }, [1], 'x']) {
      const { error } = await flow.input('exec', { args: args });
      assert.equal(error?.code, 'INVALID_ARGUMENT', JSON.stringify(args));
    }
  });

  it('ends a command after its timeout, and works for the next message', async () => {
    const { error, caught } = await flow.input('quick');
    assert.equal(error?.code, 'TIMED_OUT');
    assert.equal((caught[0]?.errorDetails as { output?: string }).output, 'started\n');
    assert.equal((await flow.input('exec')).error, undefined);
  });

  it('lets msg.timeout win, in seconds', async () => {
    const { error } = await flow.input('blank', { code: FOREVER, timeout: 0.3 });
    assert.equal(error?.code, 'TIMED_OUT');
    assert.equal((await flow.input('blank', { code: 'print(1)', timeout: 'x' })).error?.code, 'INVALID_ARGUMENT');
  });

  it('streams a line as soon as it is printed', async () => {
    const code = 'import time\nprint("one")\nwhile not go: time.sleep_ms(5)';
    const id = flow.send('stream', { code, args: { go: false }, timeout: 10 });
    await flow.until(() => (flow.sent.get('stream') ?? []).length > 0, 'the first line');
    assert.equal(flow.sent.get('stream')?.[0]?.payload, 'one');
    assert.equal('complete' in (flow.sent.get('stream')?.[0] ?? {}), false);
    await flow.input('stream', { kill: true });
    await flow.outcome('stream', id);
  });

  it('numbers the lines, and marks the last message', async () => {
    const { sent, ends } = await flow.input('stream', { code: 'for n in range(3): print("n", n)', topic: 't' });
    assert.equal(ends, 1);
    assert.deepEqual(payloads(sent), ['n 0', 'n 1', 'n 2', '']);
    const parts = sent.map((msg) => msg.parts as { id: string; index: number; count?: number });
    assert.deepEqual(
      parts.map(({ index }) => index),
      [0, 1, 2, 3],
    );
    assert.equal(new Set(parts.map(({ id }) => id)).size, 1);
    assert.deepEqual(
      parts.map(({ count }) => count),
      [undefined, undefined, undefined, 4],
    );
    assert.deepEqual(
      sent.map((msg) => msg.complete),
      [undefined, undefined, undefined, true],
    );
    assert.ok(sent.every((msg) => msg.topic === 't'));
    assert.equal(new Set(sent).size, 4, 'each message is an object of its own');
  });

  it('sends a partial last line', async () => {
    const { sent } = await flow.input('stream', { code: 'print("a")\nprint("b", end="")' });
    assert.deepEqual(payloads(sent), ['a', 'b']);
    assert.equal(sent[1]?.complete, true);
  });

  it('sends one message when nothing was printed', async () => {
    const { sent } = await flow.input('stream', { code: 'x = 1' });
    assert.deepEqual(payloads(sent), ['']);
    assert.equal(sent[0]?.complete, true);
  });

  it('sends the lines before an exception, and no last message', async () => {
    const { sent, error } = await flow.input('stream', { code: 'print("a")\n1 / 0' });
    assert.equal(error?.code, 'DEVICE_EXCEPTION');
    assert.deepEqual(payloads(sent), ['a']);
    assert.equal(
      sent.some((msg) => msg.complete),
      false,
    );
  });

  it('stops the running command on msg.kill, and runs nothing for it', async () => {
    const running = flow.send('stream', { code: FOREVER });
    const printed = () => (flow.sent.get('stream') ?? []).some((msg) => msg._msgid === running);
    await flow.until(printed, 'the command to run');
    const kill = await flow.input('stream', { kill: true, code: 'print("must not run")' });
    assert.equal(kill.error, undefined);
    assert.equal(kill.sent.length, 0);
    const { error, caught, ends, sent } = await flow.outcome('stream', running);
    assert.equal(ends, 1);
    assert.deepEqual(payloads(sent), ['started']);
    assert.match(error?.message ?? '', /KeyboardInterrupt/);
    assert.equal((caught[0]?.errorDetails as { type?: string }).type, 'KeyboardInterrupt');
    assert.equal((await flow.input('exec')).error, undefined);
  });

  it('leaves the commands of other nodes alone on msg.kill', async () => {
    const running = flow.send('stream', { code: 'import time\ntime.sleep_ms(200)\nprint("whole")' });
    await flow.input('blank', { kill: true });
    const { error, sent } = await flow.outcome('stream', running);
    assert.equal(error, undefined);
    assert.deepEqual(payloads(sent), ['whole', '']);
  });

  it('is done with msg.kill when nothing runs', async () => {
    const { error, sent, ends } = await flow.input('blank', { kill: 'SIGINT' });
    assert.equal(error, undefined);
    assert.equal(sent.length, 0);
    assert.equal(ends, 1);
  });

  it('says so when no device is chosen', async () => {
    const { error, caught, ends } = await flow.input('lonely');
    assert.equal(error?.code, 'NO_DEVICE');
    assert.equal(caught.length, 1);
    assert.equal(ends, 1);
  });
});
