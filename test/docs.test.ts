import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as ts from 'typescript';

// Runs every program of the documents against dist/. What it prints is what its `// -> ` comments say, line by line; it
// prints nothing to standard error, and it ends by itself, so nothing that it opened keeps it alive.

const ROOT = resolve(__dirname, '..');
const LIMIT = 30_000;
const DOCUMENTS = ['README.md', 'docs/library.md'];

interface Program {
  document: string;
  /** The heading above it. */
  title: string;
  /** Line of the document in which it begins. */
  line: number;
  language: 'js' | 'ts';
  code: string;
}

describe('programs in the documents', function () {
  this.timeout(LIMIT + 10_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'docs-'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    link('@boardflow/node-red-micropython', ROOT);
    for (const name of ['@micropython/micropython-webassembly-pyscript', '@types/node']) {
      link(name, join(ROOT, 'node_modules', name));
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function link(name: string, target: string): void {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place, 'junction');
  }

  const programs = DOCUMENTS.flatMap(programsOf);

  it('are there', () => {
    for (const document of DOCUMENTS)
      assert.ok(
        programs.some((program) => program.document === document),
        document,
      );
    assert.ok(programs.some(({ language }) => language === 'ts'));
  });

  for (const program of programs) {
    const { document, title, line, language, code } = program;
    it(`${document}:${line} ${title}`, async () => {
      const file = join(folder, `${document.replace(/\W/g, '-')}-${line}.${language === 'ts' ? 'mts' : 'mjs'}`);
      writeFileSync(file, code);
      if (language === 'ts') checkTypes(file);
      const { stdout, stderr } = await run(file);
      assert.deepEqual(stdout.replace(/\n$/, '').split('\n'), expected(code));
      assert.equal(stderr, '');
    });
  }
});

function programsOf(document: string): Program[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```(js|ts)\n([\s\S]*?)^```/gm)].map((match) => {
    const above = text.slice(0, match.index);
    return {
      document,
      title: /^#+ (.*)$(?![\s\S]*^#)/m.exec(above)?.[1] ?? '',
      line: above.split('\n').length + 1,
      language: match[1] as 'js' | 'ts',
      code: match[2] ?? '',
    };
  });
}

/** The lines that a program says it prints. */
function expected(code: string): string[] {
  return [...code.matchAll(/\/\/ ->(?: (.*))?$/gm)].map((match) => (match[1] ?? '').trimEnd());
}

function run(file: string): Promise<{ stdout: string; stderr: string }> {
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const loader = file.endsWith('.mts') ? ['--import', tsx] : [];
  return new Promise((done, reject) => {
    const env = { ...process.env, NODE_OPTIONS: '', NODE_DEBUG: '', NO_COLOR: '1' };
    execFile(process.execPath, [...loader, file], { timeout: LIMIT, env }, (error, stdout, stderr) => {
      if (!error) return done({ stdout, stderr });
      const how = error.killed ? `did not end within ${LIMIT} ms` : `ended with ${error.code}`;
      reject(new Error(`the program ${how}\n${stdout}\n${stderr}`));
    });
  });
}

function checkTypes(file: string): void {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  assert.deepEqual(problems, []);
}
