import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { base64Literal, bytesLiteral, hexLiteral } from '../../../src/lib/python/bytes-literal';
import { loadWasmInterpreter, type WasmInterpreter } from '../../support/wasm-interpreter';

const ALL = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
/** Each byte behind each byte: above all, each digit behind each escape. */
const PAIRS = Buffer.from(Array.from({ length: 65536 }, (_, pair) => [pair >> 8, pair & 255]).flat());
/** Bytes that mean something to the REPL, the lexer or the literal itself. */
const HOSTILE = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0a, 0x0d, 0x22, 0x27, 0x30, 0x37, 0x38, 0x41, 0x5c, 0x6e, 0x80, 0xff,
];
const hostileBytes = fc.array(fc.constantFrom(...HOSTILE), { maxLength: 60 }).map((bytes) => Buffer.from(bytes));

describe('bytesLiteral', () => {
  const table: [string, string, string][] = [
    ['', "b''", "b''"],
    ['abc', "b'abc'", "b'abc'"],
    ['\0\x01\x02\x03\x04\x05\r\\', "b'\\0\x01\x02\\3\\4\x05\\r\\\\'", "b'\\0\\1\\2\\3\\4\x05\\r\\\\'"],
    ['\x009\x0077', "b'\\09\\00077'", "b'\\09\\00077'"],
    ['\x037\x011', "b'\\0037\x011'", "b'\\0037\\0011'"],
    ['\r7', "b'\\r7'", "b'\\r7'"],
    ["\n'", "b'\\n\\''", "b'\\n\\''"],
    ['\n\n\n\n\n', "b'''\n\n\n\n\n'''", "b'''\n\n\n\n\n'''"],
    ["'''''", "b''''\\''\\'\\''''", "b''''\\''\\'\\''''"],
    ['\xff\x80"', "b'\xff\x80\"'", "b'\xff\x80\"'"],
  ];
  for (const [data, rawPaste, plain] of table) {
    it(`escapes no more than necessary in ${JSON.stringify(data)}`, () => {
      const bytes = Buffer.from(data, 'latin1');
      assert.equal(bytesLiteral(bytes, { rawPaste: true }).toString('latin1'), rawPaste);
      assert.equal(bytesLiteral(bytes, { rawPaste: false }).toString('latin1'), plain);
    });
  }

  it('never holds a byte that the mode acts upon', () => {
    fc.assert(
      fc.property(fc.oneof(hostileBytes, fc.uint8Array({ maxLength: 500 })), (data) => {
        for (const rawPaste of [true, false]) {
          const literal = bytesLiteral(data, { rawPaste });
          for (const byte of [0x00, 0x03, 0x04, 0x0d]) assert.ok(!literal.includes(byte));
          if (!rawPaste) for (const byte of [0x01, 0x02]) assert.ok(!literal.includes(byte));
        }
      }),
    );
  });

  it('grows evenly spread bytes by no more than 3 percent', () => {
    const data = Buffer.concat(
      Array.from({ length: 256 }, (_, shift) => ALL.map((byte) => (byte * 167 + shift) & 255)),
    );
    assert.ok(bytesLiteral(data, { rawPaste: true }).length / data.length < 1.021);
    assert.ok(bytesLiteral(data, { rawPaste: false }).length / data.length < 1.03);
  });

  it('sees a view of a larger buffer as what it is', () => {
    const view = new Uint8Array(ALL.buffer, ALL.byteOffset + 65, 3);
    assert.equal(bytesLiteral(view, { rawPaste: true }).toString(), "b'ABC'");
    assert.match(base64Literal(view).toString(), /b'QUJD'\)$/);
    assert.match(hexLiteral(view).toString(), /'414243'\)$/);
  });
});

describe('bytes literals in real MicroPython', () => {
  let python: WasmInterpreter;
  before(async () => {
    python = await loadWasmInterpreter();
  });

  /** What the interpreter takes the expression for, told through its file system. */
  function bytesOf(expression: Uint8Array): Buffer {
    const code = [Buffer.from("with open('/out','wb') as f: f.write("), expression, Buffer.from(')\n')];
    python.runBytes(Buffer.concat(code));
    return python.readFile('/out');
  }

  for (const rawPaste of [true, false]) {
    const mode = rawPaste ? 'raw paste' : 'the plain raw REPL';
    it(`gives all bytes and all pairs of bytes (${mode})`, () => {
      assert.deepEqual(bytesOf(bytesLiteral(ALL, { rawPaste })), ALL);
      assert.deepEqual(bytesOf(bytesLiteral(PAIRS, { rawPaste })), PAIRS);
    });

    it(`gives adversarial runs (${mode})`, () => {
      fc.assert(
        fc.property(hostileBytes, (data) => {
          assert.deepEqual(bytesOf(bytesLiteral(data, { rawPaste })), data);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('gets through the raw REPL itself, byte by byte', () => {
    assert.match(python.type(Buffer.from('\r\x03\x01')).toString(), /raw REPL; CTRL-B to exit\r\n>$/);
    const data = Buffer.concat([ALL, PAIRS.subarray(0, 0x3000), Buffer.from('\x05A\x01')]);
    const code = [
      Buffer.from('import hashlib,binascii;print(binascii.hexlify(hashlib.sha256('),
      bytesLiteral(data, { rawPaste: false }),
      Buffer.from(').digest()).decode())\x04'),
    ];
    const reply = python.type(Buffer.concat(code)).toString().replace(/\r/g, '');
    assert.equal(reply, `OK${createHash('sha256').update(data).digest('hex')}\n\x04\x04>`);
    python.type(Buffer.from('\x02'));
  });

  it('reads the ASCII forms as well', () => {
    for (const data of [Buffer.alloc(0), ALL, PAIRS.subarray(0, 5000)]) {
      for (const literal of [base64Literal(data), hexLiteral(data)]) {
        assert.match(literal.toString('latin1'), /^[ -~]*$/);
        assert.deepEqual(bytesOf(literal), data);
      }
    }
  });

  it('takes another decoder', () => {
    assert.deepEqual(bytesOf(hexLiteral(ALL, "__import__('binascii').unhexlify")), ALL);
    assert.deepEqual(bytesOf(base64Literal(ALL, '(lambda t:__import__("binascii").a2b_base64(t))')), ALL);
  });
});
