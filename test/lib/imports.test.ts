import assert from 'node:assert/strict';
import { cycles, importsOf, sourceFiles, type SourceImport } from '../support/source-imports';

/**
 * The layers of docs/architecture.md, as a table: what the code of a folder may load at run time, besides itself.
 *
 *   nodes -> lib/index -> device -> fs, repl, python -> transport -> errors, deadline, trace
 */
const LEAVES = ['lib/errors', 'lib/deadline', 'lib/trace'];
const MAY_LOAD: Record<string, string[]> = {
  'lib/errors': [],
  'lib/deadline': [],
  'lib/trace': [],
  'lib/sim': [...LEAVES, 'lib/repl'],
  'lib/transport': [...LEAVES, 'lib/sim'],
  'lib/python': LEAVES,
  // Of transports they know the contract, which is nothing but types.
  'lib/repl': LEAVES,
  'lib/fs': [...LEAVES, 'lib/repl', 'lib/python'],
  'lib/device': [...LEAVES, 'lib/fs', 'lib/repl', 'lib/python', 'lib/transport'],
  'lib/index': [...LEAVES, 'lib/device', 'lib/fs', 'lib/python', 'lib/transport'],
  nodes: ['lib/index'],
};
/** Types may come from a lower layer, or along these ways. */
const TYPES_MAY_COME_FROM: Record<string, string[]> = {
  'lib/repl': ['lib/transport'],
  'lib/fs': ['lib/transport'],
};
/** Types from above, each with its reason; the list may not grow unnoticed. */
const TYPES_FROM_ABOVE = [
  // `CommandRunner` is what the file layer asks of a session, and a session tells facts about the device.
  'lib/fs/command-runner -> lib/device/device-info',
];

/** Loaded past `lib/index`, each with its reason. */
const SIDE_DOORS = [
  // Dialogs run in a browser, where only what is pure can be loaded: they check names by the rule of the engine.
  'nodes/editor/argument-name -> lib/python/identifier',
];

/** `lib/device/session` → `lib/device`, `lib/errors` → itself, `nodes/exec/runtime` → `nodes`. */
function layerOf(file: string): string {
  return file.startsWith('nodes/') ? 'nodes' : file.split('/').slice(0, 2).join('/');
}

const edge = ({ from, to }: SourceImport) => `${from} -> ${to}`;

function isUpward({ from, to, ours, typeOnly }: SourceImport): boolean {
  const [layer, target] = [layerOf(from), layerOf(to)];
  if (!ours || layer === target) return false;
  const allowed = MAY_LOAD[layer];
  assert.ok(allowed, `src/${from}: no layer is known for this file; say in this test where it belongs`);
  return !allowed.includes(target) && !(typeOnly && TYPES_MAY_COME_FROM[layer]?.includes(target));
}

describe('the imports of src', () => {
  const imports = [...sourceFiles('lib'), ...sourceFiles('nodes')].flatMap(importsOf);

  it('are found', () => {
    const edges = imports.map(edge);
    assert.ok(edges.includes('lib/python/literal -> lib/errors'));
    assert.ok(imports.some(({ typeOnly }) => typeOnly));
    assert.ok(imports.some(({ ours }) => !ours));
  });

  it('have no cycle', () => {
    assert.deepEqual(cycles(imports), []);
  });

  it('lead downward', () => {
    const upward = imports.filter((each) => !each.typeOnly && isUpward(each)).map(edge);
    assert.deepEqual(
      upward.filter((each) => !SIDE_DOORS.includes(each)),
      [],
    );
  });

  it('bring types from above only where listed', () => {
    const upward = imports.filter((each) => each.typeOnly && isUpward(each));
    assert.deepEqual([...new Set(upward.map(edge))].sort(), TYPES_FROM_ABOVE);
  });

  it('keep Node-RED out of the library', () => {
    const nodeRed = imports.filter(({ from, to }) => from.startsWith('lib/') && /^@?node-red\b/.test(to));
    assert.deepEqual(nodeRed.map(edge), []);
  });
});

describe('the walk over imports', () => {
  const link = (from: string, to: string, typeOnly = false) => ({ from, to, ours: true, typeOnly });

  it('finds each cycle, and none among types', () => {
    assert.deepEqual(cycles([link('a', 'b'), link('b', 'c'), link('c', 'b'), link('d', 'a')]), [['b', 'c', 'b']]);
    assert.deepEqual(cycles([link('a', 'a')]), [['a', 'a']]);
    assert.deepEqual(cycles([link('a', 'b'), link('b', 'a', true), link('a', 'c'), link('b', 'c')]), []);
  });

  it('tells upward from downward', () => {
    assert.ok(isUpward(link('lib/repl/raw-repl', 'lib/device/session')));
    assert.ok(isUpward(link('lib/repl/raw-repl', 'lib/transport/transport')));
    assert.ok(isUpward(link('nodes/exec/runtime', 'lib/device/session')));
    assert.ok(isUpward(link('lib/errors', 'lib/trace')));
    assert.ok(isUpward(link('lib/device/device', 'nodes/shared/pool', true)));
    assert.ok(!isUpward(link('lib/repl/raw-repl', 'lib/transport/transport', true)));
    assert.ok(!isUpward(link('lib/device/session', 'lib/repl/raw-repl')));
  });
});
