import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { shareMemory } from '../../../src/lib/sim/sim-wasm';

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const exportMemory = [0x07, 0x07, 0x01, 0x03, 0x6d, 0x65, 0x6d, 0x02, 0x00];

/** A module that is nothing but a memory, exported as `mem`. */
const moduleWith = (...limits: number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...header, 0x05, 1 + limits.length, 0x01, ...limits, ...exportMemory]);

const memoryOf = (bytes: Uint8Array<ArrayBuffer>) =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports['mem'] as WebAssembly.Memory;

describe('shareMemory', () => {
  it('makes the memory of a module one that threads share', () => {
    const bytes = moduleWith(0x01, 2, 10);
    assert.ok(!(memoryOf(bytes).buffer instanceof SharedArrayBuffer));
    assert.equal(shareMemory(bytes), true);
    assert.ok(memoryOf(bytes).buffer instanceof SharedArrayBuffer);
  });

  it('bounds a maximum that a small machine cannot reserve, without moving a byte', () => {
    const bytes = moduleWith(0x01, 2, 0x80, 0x80, 0x02);
    const length = bytes.length;
    assert.equal(shareMemory(bytes), true);
    assert.equal(bytes.length, length);
    const memory = memoryOf(bytes);
    memory.grow(4094);
    assert.throws(() => memory.grow(1), RangeError);
  });

  it('leaves a memory without a maximum alone: it cannot be shared', () => {
    const bytes = moduleWith(0x00, 2);
    const before = bytes.slice();
    assert.equal(shareMemory(bytes), false);
    assert.deepEqual(bytes, before);
  });

  it('finds no memory where there is none', () => {
    assert.equal(shareMemory(Uint8Array.from(header)), false);
  });

  it('knows the package that this project depends on', () => {
    const bytes = readFileSync(require.resolve('@micropython/micropython-webassembly-pyscript/micropython.wasm'));
    assert.equal(shareMemory(bytes), true);
    assert.ok(WebAssembly.validate(bytes));
  });
});
