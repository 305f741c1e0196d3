// Builds what Node-RED's editor loads: dist/nodes/micropython.html, and the icons and texts beside it.
//
//   src/nodes/editor/index.ts --esbuild--> one <script>    \
//   src/nodes/<node>/dialog.html --------> <script html>    +--> micropython.html
//   src/nodes/editor/dialogs.css --------> <style>         /
//
// The script is inline and readable on purpose: the Flow Library finds a package's nodes by parsing it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const target = 'dist/nodes';
mkdirSync(target, { recursive: true });

const bundle = await build({
  entryPoints: ['src/nodes/editor/index.ts'],
  bundle: true,
  write: false,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  tsconfig: 'tsconfig.editor.json',
  logLevel: 'error',
});
const script = bundle.outputFiles[0].text;
if (/<\/script/i.test(script)) throw new Error('the editor script contains "</script", which ends it early');

const dialogs = readdirSync('src/nodes')
  .filter((node) => existsSync(`src/nodes/${node}/dialog.html`))
  .map((node) =>
    element(`script type="text/html" data-template-name="micropython-${node}"`, read(node, 'dialog.html')),
  );

writeFileSync(
  `${target}/micropython.html`,
  [element('style', read('editor', 'dialogs.css')), ...dialogs, element('script type="text/javascript"', script)].join(
    '\n\n',
  ) + '\n',
);

for (const assets of ['icons', 'locales']) {
  rmSync(`${target}/${assets}`, { recursive: true, force: true });
  cpSync(assets, `${target}/${assets}`, { recursive: true });
}

function read(node, file) {
  return readFileSync(`src/nodes/${node}/${file}`, 'utf8');
}

function element(start, content) {
  return `<${start}>\n${content.trimEnd()}\n</${start.split(' ')[0]}>`;
}
