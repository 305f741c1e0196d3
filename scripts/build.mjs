// Builds dist/: the library and the nodes' runtime by tsc, the editor by esbuild, assets by copying.
import { cpSync, existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const root = new URL('..', import.meta.url).pathname;
process.chdir(root);

const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], {
  stdio: 'inherit',
});

// The Python that runs on the device stays readable files, loaded at run time.
cpSync('src/lib/python/snippets', 'dist/lib/python/snippets', { recursive: true });

if (existsSync('scripts/build-editor.mjs')) await import('./build-editor.mjs');

process.exitCode = tsc.status ?? 1;
