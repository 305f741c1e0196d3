import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { ROOT } from '../support/packed-package';

// The rules by which the Flow Library judges a package (node-red/node-red-dev-cli, `validate`), as far as they can be
// looked at without its server. The code in each title is the rule's name there.

interface Manifest {
  name: string;
  license?: string;
  repository?: unknown;
  bugs?: unknown;
  keywords?: string[];
  engines?: { node?: string };
  dependencies: Record<string, string>;
  'node-red': { version?: string; nodes: Record<string, string> };
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const runtimeFile = join(ROOT, manifest['node-red'].nodes.micropython ?? 'missing');
const html = () => readFileSync(runtimeFile.replace('.js', '.html'), 'utf8');

/** Every node of this package has a folder with its dialog. */
const TYPES = readdirSync(join(ROOT, 'src/nodes'))
  .filter((folder) => existsSync(join(ROOT, 'src/nodes', folder, 'dialog.html')))
  .map((folder) => `micropython-${folder}`)
  .sort();

describe('the scorecard of the Flow Library', () => {
  it('P01: names its licence, and carries it', () => {
    assert.equal(manifest.license, 'MIT');
    assert.match(readFileSync(join(ROOT, 'LICENSE'), 'utf8'), /^MIT License/);
  });

  it('P03: says where its source and its issues are', () => {
    assert.ok(manifest.repository);
    assert.ok(manifest.bugs);
  });

  it('P04: has a scoped name', () => {
    assert.match(manifest.name, /^@[a-z\d][\w-.]+\/[a-z\d][\w-.]*$/);
  });

  it('P05: has the keyword by which Node-RED finds it', () => {
    assert.ok(manifest.keywords?.includes('node-red'));
  });

  it('P06, P07: says which Node-RED and which Node.js it needs', () => {
    assert.equal(manifest['node-red'].version, '>=4.1.0');
    assert.equal(manifest.engines?.node, '>=20');
  });

  it('D01: has at most six dependencies', () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it('D02: its dependencies bring no package that is known to be bad', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version?: string; dev?: boolean }>;
    };
    const bad = Object.entries(lock.packages).filter(
      ([path, { version = '', dev }]) =>
        !dev && path.endsWith('node_modules/agent-base') && Number.parseInt(version) < 6,
    );
    assert.deepEqual(bad, []);
  });

  it('its node file is one that the library can pair with its HTML', () => {
    assert.match(runtimeFile, /\.js$/);
    assert.ok(existsSync(runtimeFile));
    assert.ok(existsSync(runtimeFile.replace('.js', '.html')));
  });

  it('the library finds every node by reading the HTML', () => {
    assert.deepEqual(
      registeredTypes(html())
        .map(({ type }) => type)
        .sort(),
      TYPES,
    );
    for (const type of ['device', 'exec', 'eval', 'read', 'write', 'list'])
      assert.ok(TYPES.includes(`micropython-${type}`));
  });

  it('each node has its icon, its dialog and its help', () => {
    const help = readFileSync(join(ROOT, 'dist/nodes/locales/en-US/micropython.html'), 'utf8');
    for (const { type, literals } of registeredTypes(html())) {
      assert.ok(existsSync(join(ROOT, 'dist/nodes/icons', literals.icon ?? 'missing')), `${type} has no icon`);
      assert.ok(html().includes(`data-template-name="${type}"`), `${type} has no dialog`);
      assert.ok(help.includes(`data-help-name="${type}"`), `${type} has no help`);
      assert.ok(literals.category, `the library cannot read the category of ${type}`);
    }
  });

  it('N01: its types have a prefix of their own', () => {
    for (const type of TYPES) assert.match(type, /^micropython-/);
  });

  it('N02: the examples use every node', () => {
    const configs = registeredTypes(html()).filter(({ literals }) => literals.category === 'config');
    const used = new Set<string>();
    for (const file of readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.json')) continue;
      const flow = JSON.parse(readFileSync(join(ROOT, 'examples', file), 'utf8')) as { type: string }[];
      assert.ok(Array.isArray(flow), `${file} is no array`);
      for (const node of flow) used.add(node.type);
    }
    const unused = TYPES.filter((type) => !used.has(type) && !configs.some((config) => config.type === type));
    assert.deepEqual(unused, []);
  });
});

/** What a reader of the HTML can see of a node, as the library does: literals in a call of `registerType`, no more. */
function registeredTypes(source: string): { type: string; literals: Record<string, string> }[] {
  const found: { type: string; literals: Record<string, string> }[] = [];
  for (const [, script = ''] of source.matchAll(/<script type="text\/javascript"[^>]*>([\s\S]*?)<\/script>/g)) {
    visit(ts.createSourceFile('editor.js', script, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  }
  return found;

  function visit(node: ts.Node): void {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'registerType'
    ) {
      const [type, definition] = node.arguments;
      assert.ok(type && ts.isStringLiteral(type), 'registerType is called with a type that is no literal');
      assert.ok(
        definition && ts.isObjectLiteralExpression(definition),
        `${type.text} is not defined by an object literal`,
      );
      found.push({ type: type.text, literals: literalsOf(definition, type.text) });
    }
    ts.forEachChild(node, visit);
  }
}

function literalsOf(definition: ts.ObjectLiteralExpression, type: string): Record<string, string> {
  const literals: Record<string, string> = {};
  for (const property of definition.properties) {
    assert.ok(!ts.isSpreadAssignment(property), `${type} has a spread in its definition`);
    assert.ok(property.name && ts.isIdentifier(property.name), `${type} has a key in quotes`);
    if (ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer)) {
      literals[property.name.text] = property.initializer.text;
    }
  }
  return literals;
}
