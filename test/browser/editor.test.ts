import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { chromiumPath, openPage, type TestPage } from '../support/browser';
import { startRealNodeRed, type RealNodeRed } from '../support/real-node-red';

// The dialogs in a real browser on a real Node-RED. Slow, so not part of `npm test`:
//   npm run build && npx mocha test/browser/*.test.ts
// SCREENSHOTS=<folder> keeps the pictures there. TEST_USER_DIR=<folder> takes a user directory in which the package is
// installed, RED_JS and RED_NODE another Node-RED and the Node.js for it, DARK=1 the dark theme of Node-RED 5.

const DEVICE = 'device00000000a1';
const TYPES = ['exec', 'eval', 'read', 'write', 'list', 'files', 'sync', 'control', 'status'] as const;
const id = (type: string) => `${type}-node`.padEnd(16, '0');

const FLOWS = [
  { id: 'tab0000000000000', type: 'tab', label: 'Dialogs' },
  { id: DEVICE, type: 'micropython-device', name: '', address: 'sim:', baudRate: 115200, queueLimit: 100 },
  ...TYPES.map((type, index) => ({
    id: id(type),
    type: `micropython-${type}`,
    z: 'tab0000000000000',
    x: 300,
    y: 60 + 60 * index,
    wires: [[]],
    device: DEVICE,
    name: '',
  })),
];

describe('the editor, in a browser', function () {
  this.timeout(120_000);
  let red: RealNodeRed;
  let browser: TestPage;
  let page: Page;
  const pictures = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'screenshots-'));

  before(async function () {
    const chromium = chromiumPath();
    if (!chromium) {
      console.log('      skipped: no Chromium found; name one with CHROMIUM=<path>');
      return this.skip();
    }
    red = await startRealNodeRed({
      flows: FLOWS,
      userDir: process.env.TEST_USER_DIR,
      redJs: process.env.RED_JS,
      node: process.env.RED_NODE,
      // No catalogue: nothing here reaches beyond this machine.
      settings: { editorTheme: { tours: false, palette: { catalogues: [] } } },
    });
    browser = await openPage(chromium, { dark: Boolean(process.env.DARK) });
    page = browser.page;
    await page.goto(red.url);
    await page.waitForFunction(
      `window.RED?.nodes?.node('${id('status')}') && RED.workspaces.active() && !$('#red-ui-loading-progress:visible').length`,
      undefined,
      { timeout: 60_000 },
    );
    // Node-RED follows the system only when its user chose so.
    if (process.env.DARK) await page.evaluate("document.documentElement.classList.add('nr-theme-dark')");
  });

  after(async () => {
    await browser?.close();
    await red?.stop();
  });

  afterEach(() => {
    // Monaco, about work that it had begun for an editor just closed: Node-RED's own function node does it, too.
    const ours = browser.complaints
      .splice(0)
      .filter((complaint) => !/(Model|TextModelPart) is disposed!/.test(complaint));
    assert.deepEqual(ours, []);
  });

  const shot = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`) });

  async function open(type: string): Promise<void> {
    await page.evaluate(`RED.editor.edit(RED.nodes.node('${id(type)}'))`);
    await page.waitForSelector('#node-dialog-ok:visible');
    await settled();
  }

  /** The tray has stopped moving. */
  async function settled(): Promise<void> {
    await page.waitForFunction(
      `(() => {
      const now = JSON.stringify($('.red-ui-tray').last().offset());
      const same = window.__tray === now;
      window.__tray = now;
      return same && !$('.red-ui-tray').is(':animated');
    })()`,
      undefined,
      { polling: 150 },
    );
  }

  async function save(button = '#node-dialog-ok'): Promise<void> {
    await page.click(button);
    await page.waitForSelector(button, { state: 'detached' });
    await page.waitForFunction("$('.red-ui-tray').length === 0 || $('#node-dialog-ok').length > 0");
  }

  const property = (type: string, name: string) => page.evaluate(`RED.nodes.node('${id(type)}').${name}`);

  it('shows the palette and the nodes', async () => {
    for (const type of TYPES)
      await page.waitForSelector(`.red-ui-palette-node[data-palette-type="micropython-${type}"]`);
    await page.evaluate("$('#red-ui-palette').scrollTop(9999)");
    await page.locator('.red-ui-palette-node[data-palette-type="micropython-exec"]').scrollIntoViewIfNeeded();
    await shot('palette');
  });

  it('exec: has a Python editor and argument rows, and keeps what was entered', async () => {
    await open('exec');
    await page.waitForSelector('#node-input-code-editor .monaco-editor');
    await page.waitForSelector('#node-input-code-editor .view-lines');
    await page.click('#node-input-code-editor .view-lines');
    await page.keyboard.insertText("print('hello', pin)");
    await page.click('.red-ui-editableList-addButton:visible');
    await page.locator('.micropython-arg-name').last().fill('pin');
    await page.click('.red-ui-editableList-addButton:visible');
    await page.locator('.micropython-arg-name').last().fill('class');
    assert.match((await page.locator('.micropython-arg-name').last().getAttribute('class')) ?? '', /input-error/);
    await shot('exec');
    await page.locator('.micropython-arg-name').last().fill('led');
    await page.selectOption('#node-input-mode', 'stream');
    await page.fill('#node-input-timeout', '5');
    await save();
    assert.equal(await property('exec', 'code'), "print('hello', pin)");
    assert.deepEqual(await property('exec', 'args'), [
      { name: 'pin', type: 'msg', value: 'payload' },
      { name: 'led', type: 'msg', value: 'payload' },
    ]);
    assert.equal(await property('exec', 'mode'), 'stream');
    assert.equal(await property('exec', 'timeout'), '5');
    assert.equal(await property('exec', 'valid'), true);
  });

  it('exec: shows again what was saved, and forgets what was cancelled', async () => {
    await open('exec');
    await page.waitForSelector('#node-input-code-editor .view-lines');
    assert.equal(await page.locator('.micropython-arg-name').first().inputValue(), 'pin');
    await page.locator('.micropython-arg-name').first().fill('other');
    await page.click('#node-dialog-cancel');
    await page.waitForSelector('#node-dialog-cancel', { state: 'detached' });
    assert.equal(await page.evaluate(`RED.nodes.node('${id('exec')}').args[0].name`), 'pin');
  });

  it('eval: takes a Python expression', async () => {
    await open('eval');
    await page.locator('#node-input-expression + .red-ui-typedInput-container input').first().fill('adc.read() * 2');
    await page.click('.red-ui-editableList-addButton:visible');
    await page.locator('.micropython-arg-name').last().fill('n');
    await shot('eval');
    await save();
    assert.equal(await property('eval', 'expression'), 'adc.read() * 2');
    assert.equal(await property('eval', 'expressionType'), 'str');
  });

  for (const type of ['read', 'write', 'list'] as const) {
    it(`${type}: takes a path`, async () => {
      await open(type);
      await page.locator('#node-input-path + .red-ui-typedInput-container input').first().fill('/data');
      await shot(type);
      await save();
      assert.equal(await property(type, 'path'), '/data');
      assert.equal(await property(type, 'pathType'), 'str');
    });
  }

  it('files: shows the fields of the action', async () => {
    await open('files');
    const shown = () =>
      Promise.all(['path', 'to', 'recursive'].map((name) => page.locator(`.micropython-if-${name}`).isVisible()));
    assert.deepEqual(await shown(), [true, true, true]);
    await shot('files');
    await page.selectOption('#node-input-action', 'usage');
    assert.deepEqual(await shown(), [false, false, false]);
    await page.selectOption('#node-input-action', 'remove');
    assert.deepEqual(await shown(), [true, false, true]);
    await page.selectOption('#node-input-action', 'rename');
    assert.deepEqual(await shown(), [true, true, false]);
    await save();
    assert.equal(await property('files', 'action'), 'rename');
  });

  it('sync: takes two folders and patterns', async () => {
    await open('sync');
    await page.locator('#node-input-local + .red-ui-typedInput-container input').first().fill('/home/me/project');
    await page.fill('#node-input-ignore', '*.pyc\n.git');
    await shot('sync');
    await save();
    assert.equal(await property('sync', 'direction'), 'up');
    assert.equal(await property('sync', 'ignore'), '*.pyc\n.git');
    assert.equal(await property('sync', 'valid'), true);
  });

  it('control: takes an action', async () => {
    await open('control');
    await shot('control');
    await page.selectOption('#node-input-action', 'soft-reset');
    await save();
    assert.equal(await property('control', 'action'), 'soft-reset');
  });

  it('status: has a device', async () => {
    await open('status');
    await shot('status');
    await save();
    assert.equal(await property('status', 'device'), DEVICE);
  });

  it('device: checks the address while it is typed, and shows what belongs to it', async () => {
    await page.evaluate(`RED.editor.editConfig('', 'micropython-device', '${DEVICE}')`);
    await page.waitForSelector('#node-config-dialog-ok:visible');
    await settled();
    await page.waitForSelector('#node-config-input-initCode-editor .monaco-editor');
    const visible = (selector: string) => page.locator(selector).isVisible();
    assert.deepEqual(
      [await visible('#node-config-input-baudRate'), await visible('#node-config-input-password')],
      [false, false],
    );
    await page.fill('#node-config-input-address', '/dev/ttyACM0');
    assert.deepEqual(
      [await visible('#node-config-input-baudRate'), await visible('#node-config-input-password')],
      [true, false],
    );
    await page.fill('#node-config-input-address', 'ws://board:8266');
    assert.deepEqual(
      [await visible('#node-config-input-baudRate'), await visible('#node-config-input-password')],
      [false, true],
    );
    await shot('device-webrepl');
    await page.fill('#node-config-input-address', 'tcp://board');
    assert.match((await page.locator('#micropython-address-hint').getAttribute('class')) ?? '', /problem/);
    await shot('device-problem');

    await page.route('**/micropython/ports', (route) =>
      route.fulfill({
        json: [
          { path: '/dev/ttyS0', likelyMicroPython: false },
          {
            path: '/dev/ttyACM0',
            vendorId: '2e8a',
            productId: '0005',
            serialNumber: 'e6614103e7452d2f',
            manufacturer: 'MicroPython',
            likelyMicroPython: true,
          },
        ],
      }),
    );
    await page.click('#micropython-search');
    await page.waitForSelector('.micropython-choice');
    await shot('device-search');
    await page.locator('.micropython-choice').first().click();
    assert.equal(await page.inputValue('#node-config-input-address'), 'id:e6614103e7452d2f');

    await page.fill('#node-config-input-address', 'COM3');
    await page.click('.micropython-advanced summary');
    await page.locator('#node-config-input-allowReset').scrollIntoViewIfNeeded();
    await shot('device-advanced');
    await page.fill('#node-config-input-address', 'sim:');
    await page.fill('#node-config-input-name', 'my board');
    await page.click('#node-config-input-initCode-editor .view-lines');
    await page.keyboard.insertText('import sys');
    await save('#node-config-dialog-ok');
    assert.equal(await page.evaluate(`RED.nodes.node('${DEVICE}').initCode`), 'import sys');
    assert.equal(await page.evaluate(`RED.nodes.node('${DEVICE}').name`), 'my board');
  });

  it('device: the Test button says who answered, or why nobody did', async () => {
    await page.evaluate(`RED.editor.editConfig('', 'micropython-device', '${DEVICE}')`);
    await page.waitForSelector('#node-config-dialog-ok:visible');
    await settled();
    await page.click('#micropython-test');
    await page.waitForSelector('#micropython-test-result.micropython-good', { timeout: 30_000 });
    await shot('device-test-good');
    await page.fill('#node-config-input-address', '/dev/ttyNOSUCH99');
    await page.click('#micropython-test');
    await page.waitForSelector('#micropython-test-result.micropython-problem', { timeout: 30_000 });
    await shot('device-test-problem');
    await page.click('#node-config-dialog-cancel');
    await page.waitForSelector('#node-config-dialog-cancel', { state: 'detached' });
  });

  it('deploys, and shows the help', async () => {
    await page.click('#red-ui-header-button-deploy');
    await page.waitForSelector('#red-ui-header-button-deploy.disabled');
    for (const type of ['device', ...TYPES]) {
      await page.evaluate(`RED.sidebar.help.show('micropython-${type}')`);
      await page.waitForFunction(
        `$('.red-ui-help').text().includes('Details') || $('.red-ui-sidebar-help').text().includes('Details')`,
      );
    }
    await shot('help');
  });
});
