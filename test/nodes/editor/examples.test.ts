import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadBuiltEditor } from '../../support/built-editor';

const FOLDER = join(__dirname, '../../../examples');

/** Node types that every Node-RED has. */
const CORE = [
  'tab',
  'comment',
  'inject',
  'debug',
  'catch',
  'change',
  'switch',
  'split',
  'join',
  'file',
  'status',
  'complete',
  'function',
];

interface ExampleNode {
  id: string;
  type: string;
  z?: string;
  wires?: string[][];
  [property: string]: unknown;
}

describe('the examples', () => {
  const { definitions } = loadBuiltEditor();
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  const read = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as ExampleNode[];

  for (const file of files) {
    it(`${file} imports cleanly, anywhere`, () => {
      const nodes = read(file);
      assert.ok(Array.isArray(nodes));
      const ids = new Map(nodes.map((node) => [node.id, node]));
      assert.equal(ids.size, nodes.length, 'an id twice');
      for (const node of nodes) {
        const where = `${node.type} ${String(node.name)}`;
        if (node.z !== undefined) assert.equal(ids.get(node.z)?.type, 'tab', where);
        for (const target of node.wires?.flat() ?? []) assert.ok(ids.has(target), `${where}: wired to nothing`);
        const definition = definitions.get(node.type);
        if (!definition) {
          assert.ok(CORE.includes(node.type), where);
          continue;
        }
        assert.equal(node.wires?.length ?? 0, definition.outputs ?? 0, where);
        if (node.type === 'micropython-device') assert.match(String(node.address), /^sim:/);
        else assert.equal(ids.get(String(node.device))?.type, 'micropython-device', where);

        const frame = ['id', 'type', 'z', 'x', 'y', 'wires', 'info'];
        const own = Object.keys(node).filter((key) => !frame.includes(key));
        // All of them: an example is also what a dialog shows when it is opened.
        assert.deepEqual(own.sort(), Object.keys(definition.defaults).sort(), where);
        for (const [property, { validate }] of Object.entries(definition.defaults)) {
          if (validate) assert.equal(validate.call(node, node[property], {}), true, `${where}: ${property}`);
        }
      }
    });
  }

  it('use every node together, as the Flow Library wants', () => {
    const used = new Set(files.flatMap(read).map((node) => node.type));
    for (const type of definitions.keys()) assert.ok(used.has(type), type);
  });

  it('share no device: their settings differ, and a device has one set of settings', () => {
    const addresses = files.flatMap((file) =>
      read(file).flatMap((node) => (node.address === undefined ? [] : [node.address])),
    );
    assert.equal(new Set(addresses).size, files.length);
  });

  it('share no id: all can be imported into one flow', () => {
    const ids = files.flatMap(read).map((node) => node.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('begin their comments where they can be read', () => {
    for (const { name, x, type } of files.flatMap(read)) {
      if (type !== 'comment') continue;
      // About as wide as Node-RED draws it; its position is that of its middle.
      const width = 45 + 6.5 * String(name).length;
      assert.ok((x as number) - width / 2 > 0, `${String(name)} is cut off on the left`);
    }
  });
});
