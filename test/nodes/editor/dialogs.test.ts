import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT, loadBuiltEditor } from '../../support/built-editor';

describe('the dialogs', () => {
  const { definitions, dialogs, html } = loadBuiltEditor();
  const help = readFileSync(join(BUILT, 'locales/en-US/micropython.html'), 'utf8');

  it('exist for all ten nodes', () => {
    const names = ['control', 'device', 'eval', 'exec', 'files', 'list', 'read', 'status', 'sync', 'write'];
    assert.deepEqual(
      [...definitions.keys()].sort(),
      names.map((name) => `micropython-${name}`),
    );
    assert.deepEqual([...dialogs.keys()].sort(), [...definitions.keys()].sort());
  });

  it('have a field for each property, and no field without one', () => {
    for (const [type, { category, defaults, credentials }] of definitions) {
      const prefix = category === 'config' ? 'node-config-input' : 'node-input';
      const ids = [...(dialogs.get(type) ?? '').matchAll(/ id="([^"]+)"/g)].map((match) => match[1] ?? '');
      assert.equal(new Set(ids).size, ids.length, `${type}: an id twice`);
      const properties = [...Object.keys(defaults), ...Object.keys(credentials ?? {})];
      const fields = ids
        .filter((id) => id.startsWith(`${prefix}-`) && !id.endsWith('-editor'))
        // The list of arguments is no input: Node-RED would read its value, which is empty.
        .map((id) => id.slice(prefix.length + 1).replace(/-container$/, ''));
      assert.deepEqual(fields.sort(), properties.sort(), type);
    }
  });

  it('use no name that Node-RED keeps for itself', () => {
    const reserved = [
      '_',
      '_config',
      '_def',
      '_orig',
      'id',
      'type',
      'wires',
      'info',
      'users',
      'valid',
      'changed',
      'inputs',
      'outputs',
    ];
    for (const [type, { defaults }] of definitions) {
      for (const property of Object.keys(defaults)) {
        assert.ok(property.length > 1 && !reserved.includes(property), `${type}: ${property}`);
      }
    }
  });

  it('label fields that exist', () => {
    for (const [type, dialog] of dialogs) {
      for (const [, id = ''] of dialog.matchAll(/<label for="([^"]+)"/g))
        assert.ok(dialog.includes(` id="${id}"`), `${type}: ${id}`);
    }
  });

  it('take their default from the first option of a choice', () => {
    for (const [type, { category, defaults }] of definitions) {
      const prefix = category === 'config' ? 'node-config-input' : 'node-input';
      for (const [, property = '', first] of (dialogs.get(type) ?? '').matchAll(
        new RegExp(`<select id="${prefix}-(\\w+)"[^>]*>\\s*<option value="([^"]*)"`, 'g'),
      )) {
        // `files` asks for nothing dangerous by itself, and an older flow leaves the action to the message.
        if (type === 'micropython-files') continue;
        assert.equal(first, defaults[property]?.value, `${type}: ${property}`);
      }
    }
  });

  it('use colours of the theme only', () => {
    const style = /<style>([\S\s]*?)<\/style>/.exec(html)?.[1] ?? '';
    assert.ok(style.includes('--red-ui-'));
    for (const [, value = ''] of style.matchAll(/(?:color|background|border(?:-\w+)?):([^;]+);/g)) {
      assert.doesNotMatch(value, /#[0-9a-f]{3,8}\b|rgba?\(|\b(black|white|red|green|blue|gr[ae]y)\b(?!-)/i);
    }
  });

  it('belong to nodes of light colours, on which the dark text of both themes can be read', () => {
    for (const [type, { color }] of definitions) {
      const [red = 0, green = 0, blue = 0] = (color.slice(1).match(/../g) ?? []).map((pair) => parseInt(pair, 16));
      assert.ok(0.299 * red + 0.587 * green + 0.114 * blue > 170, `${type}: ${color}`);
    }
  });

  it('have help with an introduction, and sections', () => {
    for (const type of definitions.keys()) {
      const text = new RegExp(`<script type="text/markdown" data-help-name="${type}">\\n([\\S\\s]*?)</script>`).exec(
        help,
      )?.[1];
      assert.ok(text, type);
      assert.match(text, /^[A-Z]/, `${type}: begins with a paragraph, which is the tooltip of the palette`);
      assert.match(text, /^### /m, type);
      const introduction = text.split('\n\n')[0] ?? '';
      assert.ok(introduction.split('\n').length <= 3, type);
      // Node-RED's markdown breaks at a third colon (editor-client src/js/ui/utils.js, descriptionList).
      for (const line of text.split('\n').filter((line) => line.startsWith(': '))) {
        assert.equal(line.split(':').length - 1, 2, `${type}: ${line}`);
      }
    }
  });
});
