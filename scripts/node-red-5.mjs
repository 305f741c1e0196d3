// Puts Node-RED 5 and the Node.js 24 that it needs beside this repository's own Node-RED 4.1, for the tests that load
// the package into both. They go into node_modules/.cache/node-red-5, which `npm ci` removes with the rest.
//
//   node scripts/node-red-5.mjs     prints two lines, RED_NODE=<path> and RED_JS=<path>
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const folder = join(fileURLToPath(new URL('..', import.meta.url)), 'node_modules/.cache/node-red-5');
const node = join(folder, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
const red = join(folder, 'node_modules/node-red/red.js');

if (!works()) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'node-red-5', private: true }));
  const install = ['install', 'node-red@5', 'node@24', '--no-audit', '--no-fund', '--loglevel', 'error'];
  if (!npm(install) && !npm(install)) fail('npm could not install node-red@5 and node@24');
  // The package `node` fetches the program for this machine in a script, which npm may be told not to run.
  if (!existsSync(node)) {
    spawnSync(process.execPath, ['installArchSpecificPackage.js'], {
      cwd: join(folder, 'node_modules/node'),
      stdio: ['ignore', 2, 2],
    });
  }
  if (!works()) fail(`there is no working Node.js at ${node}`);
}
console.log(`RED_NODE=${node}\nRED_JS=${red}`);

function works() {
  if (!existsSync(red) || !existsSync(node)) return false;
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return version.stdout?.startsWith('v24.') ?? false;
}

function npm(args) {
  const windows = process.platform === 'win32';
  return (
    spawnSync(windows ? 'npm.cmd' : 'npm', args, { cwd: folder, shell: windows, stdio: ['ignore', 2, 2] }).status === 0
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
