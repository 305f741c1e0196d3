import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeMessage } from 'node-red';
import sinon from 'sinon';
import { DeviceException } from '../../../src/lib/index';
import { handleInput, type Work } from '../../../src/nodes/shared/handle-input';
import { Jobs } from '../../../src/nodes/shared/jobs';

/** Gives one message to a node that does `work`, and resolves to how the input ended. */
async function input(work: Work, msg: Record<string, unknown> = {}) {
  const node = new EventEmitter();
  const jobs = new Jobs(() => undefined);
  handleInput(node as unknown as Node, jobs, work, () => 'sim:');
  const sent: NodeMessage[] = [];
  const ends: unknown[] = [];
  node.emit(
    'input',
    msg,
    (out: NodeMessage) => sent.push(out),
    (error?: unknown) => ends.push(error),
  );
  await jobs.idle();
  await new Promise(setImmediate);
  return { sent, ends, jobs, msg };
}

describe('nodes: handle input', () => {
  it('ends in done() when the work is done', async () => {
    const { sent, ends, jobs } = await input((msg, send) => {
      send(msg);
      return Promise.resolve();
    });
    assert.equal(sent.length, 1);
    assert.deepEqual(ends, [undefined]);
    assert.equal(jobs.size, 0);
  });

  it('ends in done(error) when the work rejects, and leaves the details on the message', async () => {
    const raised = new DeviceException('ZeroDivisionError: divide by zero', {
      type: 'ZeroDivisionError',
      detail: 'divide by zero',
      traceback: 'Traceback …',
      line: 2,
      output: 'before\n',
      address: 'sim:a',
    });
    const { ends, msg, sent } = await input(() => Promise.reject(raised));
    assert.deepEqual(ends, [raised]);
    assert.equal(sent.length, 0);
    assert.deepEqual(msg.errorDetails, {
      code: 'DEVICE_EXCEPTION',
      message: 'ZeroDivisionError: divide by zero',
      device: 'sim:a',
      type: 'ZeroDivisionError',
      detail: 'divide by zero',
      traceback: 'Traceback …',
      line: 2,
      output: 'before\n',
    });
  });

  it('ends in done(error) when the work throws before it begins', async () => {
    const { ends } = await input(() => {
      throw new TypeError('a mistake of ours');
    });
    assert.equal(ends.length, 1);
    assert.equal((ends[0] as { code?: string }).code, 'FAILED');
    assert.equal(((ends[0] as Error).cause as Error).message, 'a mistake of ours');
  });

  it('takes anything as an error', async () => {
    const { ends, msg } = await input(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw 'a text';
    });
    assert.ok(ends[0] instanceof Error);
    assert.deepEqual(msg.errorDetails, { code: 'FAILED', message: 'a text', device: 'sim:' });
  });

  it('survives a message that cannot be copied for a Catch node', async () => {
    const node = Object.assign(new EventEmitter(), { error: sinon.spy() });
    const jobs = new Jobs(() => undefined);
    handleInput(node as unknown as Node, jobs, () => Promise.reject(new Error('first')));
    const done = sinon.stub().throws(new Error('not clonable'));
    node.emit('input', {}, () => undefined, done);
    await jobs.idle();
    await new Promise(setImmediate);
    assert.equal(done.callCount, 1);
    assert.equal((node.error.firstCall.args[0] as Error).message, 'not clonable');
  });

  it('takes the details of an earlier failure off the message', async () => {
    const { msg } = await input(() => Promise.resolve(), { errorDetails: { code: 'OLD' } });
    assert.equal('errorDetails' in msg, false);
  });
});
