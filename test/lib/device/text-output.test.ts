import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextOutput } from '../../../src/lib/device/text-output';

function read(chunks: Uint8Array[]): string {
  const text = new TextOutput();
  return chunks.map((chunk) => text.push(Buffer.from(chunk))).join('') + text.end();
}

describe('TextOutput', () => {
  it('gives `\\n` line ends and keeps a lone carriage return', () => {
    assert.equal(read([Buffer.from('a\r\nb\rc\n\r\n')]), 'a\nb\rc\n\n');
  });

  it('holds back half a character and half a line end', () => {
    const text = new TextOutput();
    assert.equal(text.push(Buffer.from([0x61, 0xe2, 0x82])), 'a');
    assert.equal(text.push(Buffer.from([0xac, 0x0d])), '€');
    assert.equal(text.push(Buffer.from([0x0a])), '\n');
    assert.equal(text.push(Buffer.from('x\r')), 'x');
    assert.equal(text.end(), '\r');
  });

  it('replaces bytes that are no UTF-8', () => assert.equal(read([Buffer.from([0x61, 0xff, 0x62])]), 'a\ufffdb'));

  it('gives the same text for every split', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.array(fc.nat(200)), (value, cuts) => {
        const bytes = Buffer.from(value.replaceAll('a', '\r\n'));
        const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
          (a, b) => a - b,
        );
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        assert.equal(read(chunks), read([bytes]));
      }),
    );
  });
});
