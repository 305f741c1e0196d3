import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import ts from 'typescript';

describe('the public library', () => {
  it('says of every export what it is', () => {
    const index = resolve(__dirname, '../../src/lib/index.ts');
    const configFile = resolve(__dirname, '../../tsconfig.json');
    const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, resolve(configFile, '..'));
    const program = ts.createProgram([index], { ...options, noEmit: true });
    const checker = program.getTypeChecker();
    const module = checker.getSymbolAtLocation(program.getSourceFile(index)!)!;
    const names = checker.getExportsOfModule(module);
    assert.ok(names.length > 10);
    const silent = names.filter((name) => {
      const symbol = name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name;
      return symbol.getDocumentationComment(checker).length === 0;
    });
    assert.deepEqual(silent.map((symbol) => symbol.name), []); // prettier-ignore
  }).timeout(60_000);
});
