import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FOLDER = join(__dirname, '../../.venv-bench');
const PACKAGES = ['mpremote', 'mpytool'] as const;

/** A Python that has the peers, or why there is none. */
export type PeerPython =
  { readonly python: string; readonly versions: Readonly<Record<string, string>> } | { readonly reason: string };

/** Makes a virtual environment with mpremote and mpytool from PyPI at the first call, in the git-ignored `.venv-bench`. */
export async function findPeerPython(): Promise<PeerPython> {
  const python = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  try {
    if (!existsSync(python))
      await run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', FOLDER], { timeout: 60_000 });
    let versions = await installed(python);
    if (!versions) {
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES], {
        timeout: 120_000,
      });
      versions = await installed(python);
    }
    if (!versions) return { reason: 'pip has run, but mpremote and mpytool cannot be imported' };
    return { python, versions };
  } catch (error) {
    return { reason: `Python with pip is needed for them: ${firstLine(error)}` };
  }
}

async function installed(python: string): Promise<Record<string, string> | undefined> {
  const code = `import importlib.metadata as m, json\nprint(json.dumps({n: m.version(n) for n in ${JSON.stringify([...PACKAGES, 'pyserial'])}}))`;
  try {
    const { stdout } = await run(python, ['-c', code], { timeout: 20_000 });
    return JSON.parse(stdout) as Record<string, string>;
  } catch {
    return undefined;
  }
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || message || String(error)).split('\n').at(-1)!;
}
