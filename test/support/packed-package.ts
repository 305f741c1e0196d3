import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The folder of this repository. */
export const ROOT = resolve(__dirname, '../..');
export const PACKAGE = '@boardflow/node-red-micropython';

/** Milliseconds for one run of npm: it may have to fetch the dependencies. */
const NPM_LIMIT = 180_000;
const run = promisify(execFile);
const folders: string[] = [];
let tarball: Promise<string> | undefined;

/** Path of the tarball that `npm publish` would upload, of what is in dist/ now; made once for all tests. */
export function packedTarball(): Promise<string> {
  tarball ??= pack();
  return tarball;
}

/** A new folder that is removed after the tests, in which the tarball is installed as a user would. */
export async function installedTarball(): Promise<string> {
  const folder = newFolder('installed-');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'somebody', private: true }));
  await npm(['install', await packedTarball()], folder);
  return folder;
}

/** Where a program of this package's tests finds what npm installs: a second try covers a network that hiccups. */
export async function npm(args: string[], cwd: string): Promise<void> {
  const command = [...args, '--no-audit', '--no-fund', '--loglevel', 'error'];
  for (let tries = 2; ; tries--) {
    try {
      await run('npm', command, { cwd, timeout: NPM_LIMIT, maxBuffer: 16 * 1024 * 1024 });
      return;
    } catch (error) {
      if (tries > 1) continue;
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`npm ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
    }
  }
}

/** A folder that is removed after the tests. */
export function newFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

async function pack(): Promise<string> {
  if (!existsSync(join(ROOT, 'dist/nodes/micropython.html'))) throw new Error('there is no dist/: npm run build');
  const folder = newFolder('packed-');
  // What `prepack` does is done: building again would pull dist/ away under other tests.
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const [file] = readdirSync(folder);
  if (!file) throw new Error('npm pack made no file');
  return join(folder, file);
}

after(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
