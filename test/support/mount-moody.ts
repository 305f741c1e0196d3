import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectRunner } from './direct-runner';

/** Mounts a file system with moods, see moody-vfs.py, and names it `moody` on the device. */
export async function mountMoody(runner: DirectRunner, options: string, path = '/moody'): Promise<void> {
  await runner.python(readFileSync(join(__dirname, 'moody-vfs.py'), 'utf8'));
  const missing = (await runner.info()).platform === 'webassembly' ? 'missing=44' : 'missing=2';
  const all = options === '' ? missing : `${options}, ${missing}`;
  await runner.python(`import vfs; moody = MoodyVfs(${all}); vfs.mount(moody, '${path}')`);
}
