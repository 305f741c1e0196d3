import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Node, NodeAPI } from 'node-red';
import type { Message } from '../../../src/nodes/shared/handle-input';
import { devicePath, evaluate, evaluateArgs, text, timeoutMs } from '../../../src/nodes/shared/properties';

const RED = { util: createRequire(__filename)('@node-red/util').util } as NodeAPI;
const message = (rest: object) => ({ _msgid: '1', ...rest }) as Message;

/** A node whose context answers later, as a store on disk does. */
function nodeWith(context: Record<string, unknown>): Node {
  const store = {
    get: (key: string, _store: unknown, callback: (error: Error | null, value?: unknown) => void) =>
      setImmediate(() => (key === 'broken' ? callback(new Error('disk gone')) : callback(null, context[key]))),
  };
  return Object.assign(new EventEmitter(), { context: () => ({ flow: store, global: store }) }) as unknown as Node;
}
const node = nodeWith({ pin: 25 });
const refused = (what: RegExp) => (error: { code?: string; message: string }) => {
  assert.equal(error.code, 'INVALID_ARGUMENT');
  assert.match(error.message, what);
  return true;
};

describe('nodes: properties', () => {
  it('evaluates text, messages, asynchronous context and JSONata', async () => {
    const msg = message({ payload: { path: '/a' } });
    const value = (text: string, type: string | undefined) =>
      evaluate(RED, node, msg, { name: 'x', value: text, type });
    assert.equal(await value('/b', 'str'), '/b');
    assert.equal(await value('/b', undefined), '/b');
    assert.equal(await value('payload.path', 'msg'), '/a');
    assert.equal(await value('pin', 'flow'), 25);
    assert.equal(await value('payload.path & "/c"', 'jsonata'), '/a/c');
  });

  it('says which property could not be evaluated', async () => {
    const msg = message({});
    const value = (text: string, type: string) => evaluate(RED, node, msg, { name: 'argument "n"', value: text, type });
    await assert.rejects(value('{', 'json'), refused(/^argument "n": /));
    await assert.rejects(value('(', 'jsonata'), refused(/^argument "n": /));
    await assert.rejects(value('broken', 'flow'), refused(/disk gone/));
  });

  it('lays msg.args over the rows', async () => {
    const rows = [
      { name: 'pin', type: 'flow', value: 'pin' },
      { name: 'level', type: 'num', value: '1' },
    ];
    const args = await evaluateArgs(RED, node, message({ args: { level: 0, extra: 'x' } }), rows);
    assert.deepEqual(args, { pin: 25, level: 0, extra: 'x' });
    assert.deepEqual(await evaluateArgs(RED, node, message({}), undefined), {});
  });

  it('refuses msg.args that are no names and values', async () => {
    for (const args of [[1], 'a=1', 5, Buffer.from('x')]) {
      await assert.rejects(evaluateArgs(RED, node, message({ args }), []), refused(/msg\.args must be an object/));
    }
  });

  it('keeps a hostile name a name', async () => {
    const args = await evaluateArgs(RED, node, message({ args: JSON.parse('{"__proto__": {"a": 1}}') as object }), []);
    assert.deepEqual(Object.keys(args), ['__proto__']);
    assert.equal((args as { a?: number }).a, undefined);
  });

  it('takes seconds from the message, else from the node', () => {
    assert.equal(timeoutMs(message({}), ''), undefined);
    assert.equal(timeoutMs(message({}), undefined), undefined);
    assert.equal(timeoutMs(message({}), '2.5'), 2500);
    assert.equal(timeoutMs(message({ timeout: 1 }), '2.5'), 1000);
    assert.equal(timeoutMs(message({ timeout: 0 }), '2.5'), 0);
    for (const timeout of ['soon', -1, NaN, {}, [1, 2]]) {
      assert.throws(() => timeoutMs(message({ timeout }), ''), refused(/timeout must be a number of seconds/));
    }
  });

  it('takes the path from the node, else msg.filename', async () => {
    assert.equal(await devicePath(RED, node, message({ filename: '/m' }), { path: '/n', pathType: 'str' }), '/n');
    assert.equal(await devicePath(RED, node, message({ filename: '/m' }), { path: '', pathType: 'str' }), '/m');
    assert.equal(await devicePath(RED, node, message({ file: '/p' }), { path: 'file', pathType: 'msg' }), '/p');
    assert.equal(await devicePath(RED, node, message({}), {}, '/'), '/');
    await assert.rejects(devicePath(RED, node, message({}), { path: '' }), refused(/there is no path/));
    await assert.rejects(
      devicePath(RED, node, message({ filename: 5 }), {}),
      refused(/msg\.filename must be text, not 5/),
    );
  });

  it('takes no other path when the one that the node names is not there', async () => {
    const msg = message({ filename: '/other', number: 5 });
    const path = (path: string, pathType: string) => devicePath(RED, node, msg, { path, pathType }, '/');
    await assert.rejects(path('target', 'msg'), refused(/^path: msg\.target is empty$/));
    await assert.rejects(path('#:(memory)::target', 'flow'), refused(/^path: flow\.target is empty$/));
    await assert.rejects(path('NO_SUCH_VARIABLE', 'env'), refused(/environment variable NO_SUCH_VARIABLE is empty/));
    await assert.rejects(path('nothing', 'jsonata'), refused(/^path: the value is empty$/));
    await assert.rejects(path('number', 'msg'), refused(/^path: msg\.number must be text, not 5$/));
  });

  it('shows a value in short', () => {
    assert.equal(text({ a: 1 }), '{"a":1}');
    assert.equal(text(NaN), 'NaN');
    assert.equal(text(undefined), 'undefined');
    assert.equal(text(10n), '10');
    assert.equal(text('x'.repeat(100)).length, 60);
  });
});
