import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestFlow } from '../../support/test-flow';

describe('flows: admin endpoints', () => {
  const flow = new TestFlow('sim:flows-admin');
  let server: Server;
  let url: string;
  before(async () => {
    process.env.TEST_ADMIN_DEVICE = 'sim:flows-admin';
    await flow.load([
      { id: 'eval', type: 'micropython-eval', expression: 'mark', expressionType: 'str' },
      { id: 'by-env', type: 'micropython-device', address: '${TEST_ADMIN_DEVICE}' },
    ]);
    server = createServer(flow.admin).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await flow.unload();
    delete process.env.TEST_ADMIN_DEVICE;
  });

  async function post(body: string): Promise<{ status: number; answer: Record<string, unknown> }> {
    const response = await fetch(`${url}/micropython/test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  }
  const test = (body: object) => post(JSON.stringify(body));

  it('lists the ports', async () => {
    const response = await fetch(`${url}/micropython/ports`);
    assert.equal(response.status, 200);
    assert.ok(Array.isArray(await response.json()));
  });

  it('connects to a device and says what it is', async () => {
    const { status, answer } = await test({ address: 'sim:flows-admin-new' });
    assert.equal(status, 200);
    assert.equal(answer.ok, true, JSON.stringify(answer));
    assert.match(String((answer.info as { release: string }).release), /^1\.\d+/);
  });

  it('asks a deployed device over its own session', async () => {
    const { answer } = await test({ address: 'sim:flows-admin', id: 'device', baudRate: 9600 });
    assert.equal(answer.ok, true, JSON.stringify(answer));
    assert.equal(flow.device().state.status, 'ready');
  });

  it('knows a deployed device by its environment variable, and asks to deploy one that is new', async () => {
    assert.equal((await test({ address: '${TEST_ADMIN_DEVICE}', id: 'by-env' })).answer.ok, true);
    const { answer } = await test({ address: '${TEST_ADMIN_DEVICE}', id: 'new' });
    assert.equal(answer.code, 'INVALID_ADDRESS');
    assert.match(String(answer.message), /deploy the device first/);
  });

  it('says why it could not connect', async () => {
    for (const [address, code] of [
      ['/dev/no-such-port', 'PORT_NOT_FOUND'],
      ['no such thing', 'INVALID_ADDRESS'],
    ]) {
      const { status, answer } = await test({ address });
      assert.equal(status, 200);
      assert.equal(answer.ok, false);
      assert.equal(answer.code, code);
      assert.equal(typeof answer.message, 'string');
    }
  });

  it('starts no program for a request', async () => {
    const { answer } = await test({ address: 'exec:touch /tmp/never' });
    assert.equal(answer.ok, false);
    assert.equal(answer.code, 'INVALID_ADDRESS');
  });

  it('refuses bad bodies', async () => {
    for (const body of ['{}', '[]', '{"address": 5}', '{"address": "sim:", "baudRate": "fast"}']) {
      const { status, answer } = await post(body);
      assert.equal(status, 400, body);
      assert.equal(answer.ok, false);
    }
  });
});
