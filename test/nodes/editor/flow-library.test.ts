import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { BUILT, loadBuiltEditor } from '../../support/built-editor';

// The Flow Library, and Node-RED when it looks for the package of a missing node, learn the types by parsing the page
// without running it (flow-library lib/modules.js, node-red-dev src/libs/checknodes.js): literals only.
describe('the page of the editor, as the Flow Library reads it', () => {
  const { scripts, definitions } = loadBuiltEditor();
  const calls = scripts.flatMap(registerTypeCalls);

  it('has one inline script', () => {
    assert.equal(scripts.length, 1);
  });

  it('names each type by a literal', () => {
    const found = calls.map((call) => call.arguments[0]).map((type) => type && ts.isStringLiteral(type) && type.text);
    assert.deepEqual(new Set(found), new Set(definitions.keys()));
  });

  it('has definitions whose facts are literals', () => {
    for (const call of calls) {
      const definition = call.arguments[1];
      assert.ok(definition && ts.isObjectLiteralExpression(definition));
      for (const property of definition.properties) {
        // A spread or a quoted key makes the parser throw, and the whole package has no nodes.
        assert.ok(property.name && ts.isIdentifier(property.name), property.getText());
        if (!ts.isPropertyAssignment(property)) continue;
        const { text } = property.name;
        const { initializer } = property;
        if (['category', 'color', 'icon', 'inputs', 'outputs'].includes(text)) {
          assert.ok(ts.isLiteralExpression(initializer), property.getText());
        }
        if (['defaults', 'credentials'].includes(text)) {
          assert.ok(ts.isObjectLiteralExpression(initializer), text);
          for (const inner of initializer.properties)
            assert.ok(inner.name && ts.isIdentifier(inner.name), inner.getText());
        }
      }
    }
  });

  it('names icons that are there', () => {
    for (const [type, { icon }] of definitions) assert.ok(existsSync(join(BUILT, 'icons', icon)), `${type}: ${icon}`);
  });
});

function registerTypeCalls(script: string): ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'registerType'
    ) {
      calls.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('page.js', script, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  return calls;
}
