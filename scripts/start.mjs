// Starts Node-RED on this machine only, with this package installed and an example flow that runs on a simulated device.
//
//   npm start               http://127.0.0.1:1880
//   PORT=1990 npm start     another port
//
// Everything it writes is in .node-red/. Delete that folder to start afresh.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HOST = '127.0.0.1';
const root = fileURLToPath(new URL('..', import.meta.url));
const userDir = join(root, '.node-red');
const { name } = createRequire(import.meta.url)('../package.json');

const port = Number(process.env.PORT || 1880);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  fail(`PORT must be a number from 1 to 65535, not "${process.env.PORT}".`);
}
if (!existsSync(join(root, 'dist/nodes/micropython.js'))) fail('There is no dist/ yet: run "npm run build" first.');

await assertFree(port);
prepareUserDirectory();
await run();

/** A user directory as Node-RED expects it, with this folder in the place where an installed package would be. */
function prepareUserDirectory() {
  const installed = join(userDir, 'node_modules', name);
  mkdirSync(dirname(installed), { recursive: true });
  if (lstatSync(installed, { throwIfNoEntry: false })) rmSync(installed, { recursive: true });
  // A junction needs no administrator on Windows; elsewhere the type is ignored.
  symlinkSync(root, installed, 'junction');
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'node-red-project', private: true }, null, 2));
  const settings = {
    uiHost: HOST,
    uiPort: port,
    flowFile: 'flows.json',
    flowFilePretty: true,
    // No password that matters is here, and no warning about a key then.
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false },
    // Our nodes near the top.
    paletteCategories: ['subflows', 'common', 'MicroPython', 'function', 'network', 'sequence', 'parser', 'storage'],
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
  writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings, null, 2)};\n`);
  const flows = join(userDir, 'flows.json');
  if (!existsSync(flows)) copyFileSync(join(root, 'examples/first steps.json'), flows);
}

/** Runs Node-RED until it ends. Ctrl-C reaches it too, being in the same terminal; it stops its flows and exits. */
async function run() {
  const red = join(root, 'node_modules/node-red/red.js');
  const child = spawn(process.execPath, [red, '--userDir', userDir, '--settings', join(userDir, 'settings.js')], {
    cwd: userDir,
    stdio: 'inherit',
  });
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stopping = true;
      child.kill(signal);
    });
  }
  const ended = new Promise((resolve) => {
    child.on('error', (error) => fail(`Node-RED did not start: ${error.message}`));
    child.on('exit', (code, signal) => resolve(stopping ? 0 : (code ?? (signal ? 1 : 0))));
  });
  announce(ended);
  process.exitCode = await ended;
}

/** Says where to look, once the editor answers. */
async function announce(ended) {
  const url = `http://${HOST}:${port}/`;
  let over = false;
  void ended.then(() => (over = true));
  while (!over) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) break;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  if (over) return;
  console.log(`
  Open  ${url}  in a browser.
  The tab "First steps" runs on a simulated device: watch the value count, press the buttons.
  Ctrl-C stops it.
`);
}

/** Node-RED's own words about a busy port come late and are long. */
function assertFree(wanted) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => {
      if (error.code !== 'EADDRINUSE') fail(`Port ${wanted} cannot be used: ${error.message}`);
      fail(`Port ${wanted} is in use, perhaps by another Node-RED. Choose another one: PORT=${wanted + 1} npm start`);
    });
    probe.listen(wanted, HOST, () => probe.close(resolve));
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
