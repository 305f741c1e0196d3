import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath, openPage, type TestPage } from '../support/browser';
import { startRealNodeRed, type RealNodeRed } from '../support/real-node-red';

// How the examples look in a real browser: see editor.test.ts for how to run it.

const FOLDER = join(__dirname, '../../examples');

interface Box {
  z: string;
  label: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The room that each node takes, with its button, and with the status below it. */
const BOXES = `(() => {
  const boxes = [];
  RED.nodes.eachNode((node) => {
    const { x, y, w, h, z, type } = node;
    const button = type === 'inject' || (type === 'debug' && node.tosidebar) ? 26 : 0;
    const status = type.startsWith('micropython') || node.tostatus ? 22 : 0;
    boxes.push({
      z,
      label: type + ' ' + node.name,
      left: x - w / 2 - (type === 'inject' ? button : 0),
      right: x + w / 2 + (type === 'debug' ? button : 0),
      top: y - h / 2,
      bottom: y + h / 2 + status,
    });
  });
  return boxes;
})()`;

describe('the examples, in a browser', function () {
  this.timeout(120_000);
  let red: RealNodeRed;
  let browser: TestPage;
  const pictures = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'screenshots-'));

  before(async function () {
    const chromium = chromiumPath();
    if (!chromium) {
      console.log('      skipped: no Chromium found; name one with CHROMIUM=<path>');
      return this.skip();
    }
    const flows = readdirSync(FOLDER).flatMap(
      (file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as object[],
    );
    red = await startRealNodeRed({
      flows,
      userDir: process.env.TEST_USER_DIR,
      redJs: process.env.RED_JS,
      node: process.env.RED_NODE,
      settings: { editorTheme: { tours: false, palette: { catalogues: [] } } },
    });
    browser = await openPage(chromium, { dark: Boolean(process.env.DARK) });
    await browser.page.goto(red.url);
    await browser.page.waitForFunction(
      `window.RED?.workspaces?.active?.() && !$('#red-ui-loading-progress:visible').length`,
      undefined,
      { timeout: 60_000 },
    );
  });

  after(async () => {
    await browser?.close();
    await red?.stop();
  });

  it('shows every node whole', async () => {
    const { page } = browser;
    const tabs = await page.evaluate<{ id: string; label: string }[]>(
      `(() => { const tabs = []; RED.nodes.eachWorkspace(({ id, label }) => tabs.push({ id, label })); return tabs; })()`,
    );
    // A node is measured when it is drawn.
    for (const { id, label } of tabs) {
      await page.evaluate(`RED.workspaces.show('${id}')`);
      const drawn = `(() => { let all = true; RED.nodes.eachNode((n) => { if (n.z === '${id}' && !n.w) all = false; }); return all; })()`;
      await page.waitForFunction(drawn);
      await page.screenshot({ path: join(pictures, `example ${label}.png`) });
    }
    const boxes = await page.evaluate<Box[]>(BOXES);
    for (const [index, box] of boxes.entries()) {
      assert.ok(box.left > 0 && box.top > 0, `${box.label} is cut off`);
      for (const other of boxes.slice(index + 1)) {
        const apart =
          box.z !== other.z ||
          box.right < other.left ||
          other.right < box.left ||
          box.bottom <= other.top ||
          other.bottom <= box.top;
        assert.ok(apart, `${box.label} and ${other.label} cover each other`);
      }
    }
  });
});
