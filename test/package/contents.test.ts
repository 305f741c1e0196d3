import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder, packedTarball, ROOT } from '../support/packed-package';

describe('the packed tarball', function () {
  this.timeout(240_000);
  let folder: string;
  let files: string[];
  let tarballSize: number;

  before(async () => {
    const tarball = await packedTarball();
    tarballSize = statSync(tarball).size;
    const extracted = newFolder('extracted-');
    execFileSync('tar', ['-xzf', tarball, '-C', extracted]);
    folder = join(extracted, 'package');
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(join(folder, file)).isFile())
      .sort();
  });

  it('has what a user needs', () => {
    for (const file of [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'docs/library.md',
      'docs/architecture.md',
      'dist/lib/index.js',
      'dist/lib/index.d.ts',
      'dist/nodes/micropython.js',
      'dist/nodes/micropython.html',
      'dist/nodes/locales/en-US/micropython.json',
      'dist/nodes/locales/en-US/micropython.html',
      'dist/nodes/icons/micropython-exec.svg',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`);
    }
    assert.ok(
      files.some((file) => /^examples\/.*\.json$/.test(file)),
      'there is no example',
    );
  });

  it('has the Python that runs on the device', () => {
    const snippets = readdirSync(join(ROOT, 'src/lib/python/snippets')).filter((name) => name.endsWith('.py'));
    assert.ok(snippets.length > 0);
    for (const name of snippets) assert.ok(files.includes(`dist/lib/python/snippets/${name}`), `${name} is missing`);
  });

  it('has nothing that belongs to its development', () => {
    const stray = files.filter((file) =>
      /(^|\/)(test|tests|bench|scripts|src|node_modules|coverage|\.[^/]+)(\/|$)/.test(file),
    );
    assert.deepEqual(stray, []);
    assert.deepEqual(
      files.filter((file) => /\.(test\.js|tsbuildinfo|tgz|log)$|tsconfig|eslint|mocharc/.test(file)),
      [],
    );
  });

  it('names no folder of the machine that built it', () => {
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      assert.ok(!text.includes(ROOT), `${file} contains ${ROOT}`);
      assert.ok(
        !/(["'`( ]|file:\/\/)(\/home\/(?!me\/)|\/Users\/|\/root\/)\w/.test(text),
        `${file} contains a path of somebody's machine`,
      );
    }
  });

  it('has source maps that need nothing else', () => {
    const maps = files.filter((file) => file.endsWith('.map'));
    for (const file of maps) {
      const map = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        sources: string[];
        sourcesContent?: string[];
      };
      assert.ok(
        map.sources.every((source) => !/^([a-z]+:|\/)/i.test(source)),
        `${file} has absolute sources`,
      );
      assert.equal(map.sourcesContent?.length, map.sources.length, `${file} lacks its sources`);
    }
  });

  it('is small', () => {
    const unpacked = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    assert.ok(tarballSize < 600_000, `${tarballSize} bytes`);
    assert.ok(unpacked < 2_500_000, `${unpacked} bytes unpacked`);
  });

  it('has documents whose links lead somewhere', () => {
    for (const file of files.filter((name) => name.endsWith('.md'))) {
      const text = readFileSync(join(folder, file), 'utf8').replace(/```[\s\S]*?```/g, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/i.test(target) || target.startsWith('#')) continue;
        const path = join(file, '..', decodeURI(target.replace(/#.*$/, '')));
        assert.ok(files.includes(path) || statSync(join(ROOT, path)).isFile(), `${file} links to ${target}`);
      }
    }
  });
});
