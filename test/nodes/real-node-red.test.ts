import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { NodeStatus } from 'node-red';
import { WebSocket } from 'ws';
import { startRealNodeRed, type RealNodeRed } from '../support/real-node-red';

const flows = JSON.parse(readFileSync(resolve(__dirname, '../../examples/first steps.json'), 'utf8')) as object[];

/**
 * The package in a Node-RED of its own process, as a user has it.
 * NODE_RED_NODE and NODE_RED_JS name another Node.js and another Node-RED; NODE_RED_USER_DIR a user directory into which
 * the package is installed already, such as from its tarball.
 */
describe('real Node-RED', () => {
  let red: RealNodeRed;
  before(async function () {
    this.timeout(60_000);
    red = await startRealNodeRed({
      flows,
      node: process.env.NODE_RED_NODE,
      redJs: process.env.NODE_RED_JS,
      userDir: process.env.NODE_RED_USER_DIR,
    });
  });
  after(() => red?.stop());

  it('loads all nodes without an error', async () => {
    const sets = await red.nodeSets();
    assert.deepEqual(
      sets.map(({ id, enabled, err }) => ({ id, enabled, err })),
      [{ id: '@boardflow/node-red-micropython/micropython', enabled: true, err: undefined }],
    );
    for (const type of ['device', 'exec', 'eval', 'read', 'write', 'list']) {
      assert.ok(sets[0]?.types.includes(`micropython-${type}`), type);
    }
  });

  it('gives the editor its dialogs and texts', async () => {
    const html = await (await fetch(`${red.url}/nodes`, { headers: { accept: 'text/html' } })).text();
    for (const type of ['device', 'exec', 'eval', 'read', 'write', 'list']) {
      assert.ok(html.includes(`data-template-name="micropython-${type}"`), type);
    }
    const texts = await fetch(`${red.url}/nodes/messages?lng=en-US`);
    assert.match(await texts.text(), /"running-waiting"/);
  });

  it('runs the example: the status of the device comes from the catalogue', async () => {
    // The node that evaluates every second; it is green when the device answers.
    const status = await statusOf(red, 'f1r5t5teps000012', 'green');
    assert.equal(status, 'ready');
  });

  it('stops at once', async () => {
    const started = Date.now();
    await red.stop();
    assert.ok(Date.now() - started < 5000, `${Date.now() - started} ms`);
  });
});

describe('real Node-RED that asks for a login', () => {
  let red: RealNodeRed;
  before(async function () {
    this.timeout(60_000);
    // Who has not logged in may read.
    const adminAuth = { type: 'credentials', users: [], default: { permissions: 'read' } };
    red = await startRealNodeRed({ settings: { adminAuth } });
  });
  after(() => red?.stop());

  it('lists ports for those who may read, and connects for those who may write', async () => {
    const ports = await fetch(`${red.url}/micropython/ports`);
    assert.equal(ports.status, 200);
    const test = await fetch(`${red.url}/micropython/test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ address: 'sim:' }),
    });
    assert.equal(test.status, 401);
  });
});

/** Text of the first status of that colour that the editor would show. */
function statusOf(red: RealNodeRed, id: string, fill: string): Promise<string> {
  const comms = new WebSocket(`${red.url.replace('http', 'ws')}/comms`);
  return new Promise<string>((done, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ${fill} within 20 s; Node-RED said:\n${red.output()}`)),
      20_000,
    );
    comms.on('error', reject);
    comms.on('open', () => comms.send(JSON.stringify({ subscribe: 'status/#' })));
    comms.on('message', (data: Buffer) => {
      for (const event of [JSON.parse(data.toString())].flat() as { topic: string; data?: NodeStatus }[]) {
        if (event.topic !== `status/${id}` || event.data?.fill !== fill) continue;
        clearTimeout(timer);
        done(event.data.text ?? '');
      }
    });
  }).finally(() => comms.close());
}
