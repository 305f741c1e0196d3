import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { errnoName, errnoOf } from '../../../src/lib/python/errno';
import { loadWasmInterpreter } from '../../support/wasm-interpreter';

describe('errnoName', () => {
  it('agrees with the operating system’s own table on Linux', function () {
    if (process.platform !== 'linux') {
      console.log('      skipped: the numbers of boards are those of Linux, and this is not Linux');
      return this.skip();
    }
    // Names that share a number have one here.
    const aliases: Record<string, string> = { EWOULDBLOCK: 'EAGAIN', ENOTSUP: 'EOPNOTSUPP' };
    let compared = 0;
    for (const [name, number] of Object.entries(constants.errno)) {
      const ours = errnoName(number, 'linux');
      if (ours === undefined) continue;
      assert.equal(ours, aliases[name] ?? name);
      compared++;
    }
    assert.ok(compared > 40);
  });

  it('knows the same number by another name where the platform does', () => {
    assert.equal(errnoName(28), 'ENOSPC');
    assert.equal(errnoName(28, 'rp2'), 'ENOSPC');
    assert.equal(errnoName(28, 'webassembly'), 'EINVAL');
    assert.equal(errnoName(51, 'webassembly'), 'ENOSPC');
    assert.equal(errnoName(113, 'rp2'), 'EHOSTUNREACH');
    assert.equal(errnoName(113, 'esp32'), 'ECONNABORTED');
    assert.equal(errnoName(39, 'esp32'), 'ENOTEMPTY');
    assert.equal(errnoName(2, 'constructor'), 'ENOENT');
    assert.equal(errnoName(9999), undefined);
    assert.equal(errnoName(-1), undefined);
    assert.equal(errnoName(9999, 'webassembly'), undefined);
  });

  it('names what the simulated device’s file system says', async () => {
    const python = await loadWasmInterpreter();
    const failures: [string, string][] = [
      ["open('/nope')", 'ENOENT'],
      ["os.mkdir('/dev')", 'EEXIST'],
      ["open('/dev','w')", 'EISDIR'],
      ["os.listdir('/f')", 'ENOTDIR'],
      ["os.rmdir('/d')", 'ENOTEMPTY'],
    ];
    python.run("import os\nopen('/f','w').close()\nos.mkdir('/d')\nopen('/d/f','w').close()");
    for (const [code, name] of failures) {
      const detail = /^OSError: (.*)$/m.exec(python.run(code).stderr)?.[1] ?? '';
      assert.equal(errnoOf('OSError', detail, 'webassembly'), name, `${code} gave ${detail}`);
    }
  });
});

describe('errnoOf', () => {
  const table: [string, string, string | undefined][] = [
    ['OSError', '[Errno 2] ENOENT', 'ENOENT'],
    ['OSError', '[Errno 2] ENOENT: /main.py', 'ENOENT'],
    ['OSError', '[Errno 2] No such file/directory: /main.py', 'ENOENT'],
    ['OSError', '[Errno 116] ETIMEDOUT', 'ETIMEDOUT'],
    ['OSError', '[Errno 28]', 'ENOSPC'],
    ['TimeoutError', '[Errno 110] ETIMEDOUT', 'ETIMEDOUT'],
    ['OSError', '2', 'ENOENT'],
    ['OSError', "(2, 'x')", 'ENOENT'],
    ['OSError', "(-30592, 'MBEDTLS_ERR_SSL_INVALID_RECORD')", undefined],
    ['OSError', '-2', undefined],
    ['OSError', '2 apples', undefined],
    ['OSError', '', undefined],
    ['OSError', 'see [Errno 2] ENOENT', undefined],
    ['ValueError', '2', undefined],
    ['KeyError', "(2, 'x')", undefined],
  ];
  for (const [type, detail, name] of table) {
    it(`takes ${type}: ${detail} for ${name ?? 'none'}`, () => assert.equal(errnoOf(type, detail), name));
  }

  it('believes a name more than a number', () => {
    assert.equal(errnoOf('OSError', '[Errno 2] ENOENT', 'webassembly'), 'ENOENT');
    assert.equal(errnoOf('OSError', '44', 'webassembly'), 'ENOENT');
  });
});
