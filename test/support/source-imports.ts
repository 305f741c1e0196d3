import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

/** One import, export-from or `import()` of a source file. */
export interface SourceImport {
  /** Path under `src`, with `/` and without extension: `lib/device/session`. */
  readonly from: string;
  /** The same for a file of ours; a package's or Node's own module as it is written: `node:net`. */
  readonly to: string;
  readonly ours: boolean;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
}

const ROOT = resolve(__dirname, '../../src');

/** All TypeScript files under `src/<folder>`, as paths under `src` without extension. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map((entry) => nameOf(join(entry.parentPath, entry.name)))
    .sort();
}

/** The imports of one file, in order. */
export function importsOf(file: string): SourceImport[] {
  const source = parseSource(file);
  const imports: SourceImport[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    const ours = specifier.startsWith('.');
    const to = ours ? resolveName(join(ROOT, dirname(file), specifier)) : specifier;
    imports.push({ from: file, to, ours, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(textOf(node.moduleSpecifier), isTypeOnlyImport(node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
      add(
        textOf(node.moduleSpecifier),
        node.isTypeOnly || (named.length > 0 && named.every((each) => each.isTypeOnly)),
      );
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(textOf(node.argument.literal), true);
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(textOf(node.moduleReference.expression), node.isTypeOnly);
    } else if (ts.isCallExpression(node) && isLoad(node.expression)) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

/** A source file's syntax tree. */
export function parseSource(file: string): ts.SourceFile {
  const path = join(ROOT, `${file}.ts`);
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Files that import each other in a circle, each circle once; types do not count, they are gone at run time. */
export function cycles(imports: readonly SourceImport[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to, ours, typeOnly } of imports) {
    if (ours && !typeOnly) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    for (const target of targets.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) walk(file, []);
  return found;
}

function isTypeOnlyImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function isLoad(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}

function resolveName(path: string): string {
  const name = nameOf(path);
  const isFolder = ts.sys.directoryExists(path) && !ts.sys.fileExists(`${path}.ts`);
  return isFolder ? `${name}/index` : name;
}

function nameOf(path: string): string {
  return relative(ROOT, path)
    .split(sep)
    .join('/')
    .replace(/\.[jt]s$/, '');
}
