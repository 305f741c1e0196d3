import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installedTarball, ROOT } from '../support/packed-package';
import { startRealNodeRed, type RealNodeRed } from '../support/real-node-red';

// A user's Node-RED: the tarball is installed in a user directory, a flow is deployed over the admin API, and what it
// does is seen over HTTP.

const TYPES = readdirSync(join(ROOT, 'src/nodes'))
  .filter((folder) => existsSync(join(ROOT, 'src/nodes', folder, 'dialog.html')))
  .map((folder) => `micropython-${folder}`)
  .sort();

interface Server {
  name: string;
  /** The Node.js and the `red.js` to run. */
  prepare: () => { node?: string; redJs?: string };
}

const SERVERS: Server[] = [
  { name: 'Node-RED 4.1 on this Node.js', prepare: () => ({}) },
  { name: 'Node-RED 5 on Node.js 24', prepare: nodeRed5 },
];

for (const { name, prepare } of SERVERS) {
  describe(`the package, installed from the tarball, in ${name}`, function () {
    this.timeout(240_000);
    let red: RealNodeRed | undefined;

    const server = () => red ?? assert.fail('Node-RED does not run');
    const get = async (path: string) => {
      const response = await fetch(`${server().url}${path}`, { signal: AbortSignal.timeout(30_000) });
      return { status: response.status, text: await response.text() };
    };

    before(async () => {
      red = await startRealNodeRed({ ...prepare(), userDir: await installedTarball(), timeout: 60_000 });
    });

    after(async () => {
      await red?.stop();
    });

    it('is loaded without an error, with all its nodes', async () => {
      const sets = await server().nodeSets();
      assert.deepEqual(
        sets.map(({ id, enabled, err }) => ({ id, enabled, err })),
        [{ id: '@boardflow/node-red-micropython/micropython', enabled: true, err: undefined }],
      );
      assert.deepEqual([...(sets[0]?.types ?? [])].sort(), TYPES);
    });

    it('gives the editor its dialogs, help, texts, icons and examples', async () => {
      const response = await fetch(`${server().url}/nodes`, { headers: { accept: 'text/html' } });
      const html = await response.text();
      for (const type of TYPES) {
        assert.ok(html.includes(`data-template-name="${type}"`), `no dialog of ${type}`);
        assert.ok(html.includes(`data-help-name="${type}"`), `no help of ${type}`);
      }
      const catalogue = await get('/locales/@boardflow/node-red-micropython/micropython?lng=en-US');
      assert.match(catalogue.text, /"palette"/);
      const icon = await get('/icons/@boardflow/node-red-micropython/micropython-exec.svg');
      assert.match(icon.text, /<svg/);
      const examples = await get('/library/examples/flows/@boardflow/node-red-micropython');
      assert.match(examples.text, /first steps/i);
    });

    it('runs a flow on a simulated device', async () => {
      const deployed = await fetch(`${server().url}/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
        body: JSON.stringify(FLOW),
        signal: AbortSignal.timeout(30_000),
      });
      assert.equal(deployed.status, 204);
      await started(() => server().output());
      assert.deepEqual(await get('/exec'), { status: 200, text: 'hello from the device\n' });
      assert.deepEqual(JSON.parse((await get('/eval')).text), [1, 2.5, 'three', null]);
      assert.equal((await get('/file')).text, 'a line\n');
      const failure = JSON.parse((await get('/fail')).text) as { code: string; type: string };
      assert.deepEqual([failure.code, failure.type], ['DEVICE_EXCEPTION', 'ZeroDivisionError']);
    });

    it('stops when it is told to', async () => {
      const running = server();
      const code = await running.stop();
      assert.ok(code === 0 || code === null, `it ended with ${code}:\n${running.output()}`);
      assert.doesNotMatch(running.output(), /uncaught|unhandled|Close timed out/i);
    });
  });
}

/** Node-RED answers a deploy before the new flow has started. */
async function started(output: () => string): Promise<void> {
  for (let looks = 0; looks < 400; looks++) {
    if (output().split('Started flows').length > 2) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`the deployed flow has not started:\n${output()}`);
}

/** One way in a row: a request, the nodes behind it, and the answer. */
function way(path: string, ...steps: object[]): object[] {
  const nodes = [
    { type: 'http in', url: `/${path}`, method: 'get' },
    ...steps,
    { type: 'http response', statusCode: '', headers: {} },
  ];
  return nodes.map((node, index) => ({
    x: 100 + 150 * index,
    y: 100,
    z: 'tab',
    id: `${path}-${index}`,
    ...node,
    wires: index + 1 < nodes.length ? [[`${path}-${index + 1}`]] : [],
  }));
}

const DEVICE = { device: 'device', args: [], timeout: '20' };
const FLOW = [
  { id: 'tab', type: 'tab', label: 'package test' },
  { id: 'device', type: 'micropython-device', name: '', address: 'sim:package-test', autoConnect: false },
  ...way('exec', { type: 'micropython-exec', ...DEVICE, code: 'print("hello from the device")', mode: 'collect' }),
  ...way('eval', { type: 'micropython-eval', ...DEVICE, expression: '[1, 2.5, "three", None]', expressionType: 'str' }),
  ...way(
    'file',
    { type: 'change', rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'a line', tot: 'str' }] },
    { type: 'micropython-write', device: 'device', path: '/f.txt', pathType: 'str', mode: 'overwrite', newline: true },
    { type: 'micropython-read', device: 'device', path: '/f.txt', pathType: 'str', format: 'utf8' },
  ),
  ...way('fail', { type: 'micropython-eval', ...DEVICE, expression: '1 / 0', expressionType: 'str' }),
  { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, x: 100, y: 200, wires: [['details']] },
  {
    id: 'details',
    type: 'change',
    z: 'tab',
    x: 250,
    y: 200,
    rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'errorDetails', tot: 'msg' }],
    wires: [['fail-2']],
  },
];

function nodeRed5(): { node: string; redJs: string } {
  const printed = execFileSync(process.execPath, [join(ROOT, 'scripts/node-red-5.mjs')], {
    encoding: 'utf8',
    timeout: 240_000,
  });
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(printed)?.[1] ?? assert.fail(printed);
  return { node: value('RED_NODE'), redJs: value('RED_JS') };
}
