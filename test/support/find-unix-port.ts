import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** How to start MicroPython's Unix port: program and arguments; or why it cannot be had. */
export type UnixPortFound = { command: string[]; reason?: undefined } | { command?: undefined; reason: string };

/** `MICROPYTHON=<command>` when it is set, else what `node scripts/unix-port.mjs` has made. */
export function findUnixPort(env: NodeJS.ProcessEnv = process.env): UnixPortFound {
  // Linux only: the terminal of the process is set up with util-linux's setsid.
  if (spawnSync('setsid', ['--version']).error) return { reason: 'the program setsid (util-linux) is not here' };
  const named = env['MICROPYTHON']?.trim();
  if (named) {
    const command = named.split(/\s+/);
    // A build before 1.26 has no raw REPL: found out when it does not answer.
    const { error } = spawnSync(command[0] ?? '', ['-c', ''], { timeout: 5_000 });
    return error ? { reason: `MICROPYTHON=${named} cannot be started: ${error.message}` } : { command };
  }
  const folder = resolve(__dirname, '../../.venv-unix-port');
  if (existsSync(join(folder, 'complete')))
    return { command: [join(folder, 'bin', 'python'), '-m', 'micropython_unix'] };
  return { reason: 'the Unix port is not installed; "node scripts/unix-port.mjs" does it' };
}

/** The command, or `undefined` with the reason printed for somebody who reads the test report. */
export function unixPortOrSkip(): string[] | undefined {
  const { command, reason } = findUnixPort();
  if (!command) console.log(`    skipped: ${reason}`);
  return command;
}
