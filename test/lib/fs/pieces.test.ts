import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ArgumentError } from '../../../src/lib/errors';
import { check, crc32, crc32ByTable } from '../../../src/lib/fs/check';
import { deviceFilePath, devicePath, joinPath, removablePath } from '../../../src/lib/fs/device-path';
import { encodePiece } from '../../../src/lib/fs/encode-piece';
import { BinaryFrameParser, TextFrameParser } from '../../../src/lib/fs/frame-parser';
import { PieceReader } from '../../../src/lib/fs/piece-reader';
import { minify } from '../../../src/lib/python/minify';

describe('check', () => {
  it('is the CRC-32 that everybody knows', () => {
    assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
    assert.equal(crc32ByTable(Buffer.from('123456789')), 0xcbf43926);
  });

  it('goes on where it stopped', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.uint8Array(),
        fc.constantFrom('crc32' as const, 'polynomial' as const),
        (a, b, name) => {
          assert.equal(check(name, b, check(name, a)), check(name, Buffer.concat([a, b])));
          assert.equal(crc32(b, crc32(a)), crc32ByTable(b, crc32ByTable(a)));
        },
      ),
    );
  });
});

describe('encodePiece', () => {
  const options = { form: 'literal', checkName: 'crc32', inflate: true } as const;

  it('deflates what gets smaller, in a window that the device can keep', () => {
    const text = Buffer.from('the same over and over '.repeat(500));
    const { windowBits, check } = encodePiece(text, options);
    assert.equal(windowBits, 13);
    assert.notEqual(check, crc32(text));
  });

  it('leaves random bytes and small pieces as they are', () => {
    const random = randomBytes(5000);
    assert.deepEqual([encodePiece(random, options).windowBits, encodePiece(random, options).check], [0, crc32(random)]);
    assert.equal(encodePiece(Buffer.from('aaaaaaaaaaaaaaaaaa'), options).windowBits, 0);
    assert.equal(encodePiece(Buffer.alloc(5000), { ...options, inflate: false }).windowBits, 0);
  });

  it('writes ASCII only where it must', () => {
    for (const form of ['base64', 'hex'] as const) {
      const { source } = encodePiece(randomBytes(1000), { ...options, form });
      assert.ok(source.every((byte) => byte >= 0x20 && byte < 0x7f));
    }
  });
});

describe('PieceReader', () => {
  it('gives pieces of the size asked for, from pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 30 })),
        fc.integer({ min: 1, max: 20 }),
        async (parts, size) => {
          const reader = new PieceReader(parts, 'test');
          const taken = [];
          while (!(await reader.atEnd())) {
            const piece = await reader.take(size);
            assert.ok(piece.length === size || (await reader.atEnd()));
            taken.push(piece);
          }
          assert.deepEqual(Buffer.concat(taken), Buffer.concat(parts));
          assert.equal((await reader.take(5)).length, 0);
        },
      ),
    );
  });

  it('takes back what was taken last', async () => {
    const reader = new PieceReader('abcdef', 'test');
    const piece = await reader.take(4);
    reader.unread(piece);
    assert.equal((await reader.take(3)).toString(), 'abc');
    assert.equal((await reader.take(9)).toString(), 'def');
  });

  it('knows the length of what is there as a whole', () => {
    assert.equal(new PieceReader('é', 'test').total, 2);
    assert.equal(new PieceReader(new Uint8Array(7), 'test').total, 7);
    assert.equal(new PieceReader(['x'], 'test').total, undefined);
  });
});

describe('device paths', () => {
  it('lose the slash at the end, and stay as they are otherwise', () => {
    for (const [path, expected] of [
      ['/', '/'],
      ['//', '/'],
      ['/a/', '/a'],
      ['a', 'a'],
      [' ', ' '],
      ['/a//b', '/a//b'],
    ]) {
      assert.equal(devicePath(path, 'testing'), expected);
    }
  });

  it('are refused when they cannot be', () => {
    for (const path of ['', 'a\0b', undefined, null, 5, {}])
      assert.throws(() => devicePath(path, 'testing'), ArgumentError);
    assert.throws(() => deviceFilePath('/a/', 'testing'), /^ArgumentError: testing: \/a\/ names a folder, not a file$/);
    assert.throws(() => removablePath('/a/../', 'testing'), ArgumentError);
    assert.equal(removablePath('/a/../b', 'testing'), '/a/../b');
  });

  it('are joined', () => {
    assert.deepEqual([joinPath('/', 'a'), joinPath('/a', 'b')], ['/a', '/a/b']);
  });
});

describe('frames', () => {
  const frame = (kind: string, body: Buffer) => {
    const head = Buffer.alloc(7);
    head.write(kind);
    head.writeUInt16LE(body.length, 1);
    head.writeUInt32LE(crc32(body, crc32(head.subarray(0, 3))), 3);
    return Buffer.concat([head, body]);
  };
  const facts = Buffer.from([5, 0, 0, 0, 9, 0, 0, 0]);
  const body = Buffer.from('\x04HSRZE\x04>', 'latin1');
  const stream = Buffer.concat([
    frame('H', Buffer.alloc(0)),
    frame('S', facts),
    frame('R', body),
    frame('E', Buffer.alloc(0)),
  ]);

  it('are found wherever the bytes are split', () => {
    for (let split = 0; split <= stream.length; split++) {
      const blocks: Buffer[] = [];
      const parser = new BinaryFrameParser('crc32', (block) => blocks.push(block));
      parser.push(stream.subarray(0, split));
      parser.push(stream.subarray(split));
      assert.deepEqual(Buffer.concat(blocks), body);
      assert.deepEqual(parser.facts, { size: 5, changed: 9 });
      assert.equal(parser.complete, true);
    }
  });

  it('are not believed when any bit is wrong', () => {
    for (let at = 0; at < stream.length * 8; at++) {
      const wrong = Buffer.from(stream);
      wrong[at >> 3]! ^= 1 << (at & 7);
      const blocks: Buffer[] = [];
      const parser = new BinaryFrameParser('crc32', (block) => blocks.push(block));
      parser.push(wrong);
      const all = Buffer.concat(blocks);
      assert.ok(all.length === 0 || all.equals(body), `bit ${at}`);
    }
  });

  it('come as lines of text, with lines of others between', () => {
    const blocks: Buffer[] = [];
    const parser = new TextFrameParser('crc32', (block) => blocks.push(block));
    const line = (kind: string, data: Buffer, hex = false) =>
      `${kind}${hex ? 'h' : 'b'} ${frame(kind, data).readUInt32LE(3)} ${data.toString(hex ? 'hex' : 'base64')}\r\n`;
    const text =
      line('H', Buffer.alloc(0)) +
      line('S', facts) +
      'a thread says hello\r\n' +
      line('R', body) +
      line('R', body, true) +
      line('E', Buffer.alloc(0));
    for (const char of text) parser.push(Buffer.from(char));
    assert.deepEqual(Buffer.concat(blocks), Buffer.concat([body, body]));
    assert.equal(parser.complete, true);
  });
});

describe('minify', () => {
  it('drops what Python does not need', () => {
    const source = 'def f(a, b=1):\n    # why\n\n    if a == "# no  comment" and not b:  # x\n        return [a, -b]\n';
    assert.equal(minify(source), 'def f(a,b=1):\n if a=="# no  comment" and not b:\n  return[a,-b]\n');
  });

  it('leaves the snippets fit for a string literal', () => {
    const folder = join(__dirname, '../../../src/lib/python/snippets');
    for (const name of readdirSync(folder).filter((name) => name.endsWith('.py') && name !== 'probe.py')) {
      const source = minify(readFileSync(join(folder, name), 'utf8'));
      assert.doesNotMatch(source, /\\|'''|[^\n -~]/, name);
    }
  });
});
