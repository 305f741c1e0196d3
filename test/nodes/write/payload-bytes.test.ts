import assert from 'node:assert/strict';
import { payloadBytes } from '../../../src/nodes/write/payload-bytes';

describe('nodes: payload bytes', () => {
  it('takes text and bytes as they are', () => {
    assert.equal(payloadBytes('ü', false), 'ü');
    assert.deepEqual(payloadBytes(Buffer.from([0, 255]), false), Buffer.from([0, 255]));
    assert.deepEqual(payloadBytes(new Uint8Array([1, 2]).subarray(1), false), Buffer.from([2]));
  });

  it('makes JSON of everything else', () => {
    assert.equal(payloadBytes({ a: [1, null] }, false), '{"a":[1,null]}');
    assert.equal(payloadBytes(5, false), '5');
    assert.equal(payloadBytes(false, false), 'false');
    assert.equal(payloadBytes(2n ** 60n, false), '1152921504606846976');
  });

  it('loses no content on the way to JSON', () => {
    assert.equal(payloadBytes(new Set([1, 2]), false), '[1,2]');
    assert.throws(() => payloadBytes({ pins: new Map([[1, 2]]) }, false), { code: 'INVALID_ARGUMENT', message: /Map/ });
  });

  it('adds a line end when asked to', () => {
    assert.equal(payloadBytes('a', true), 'a\n');
    assert.deepEqual(payloadBytes(Buffer.from('a'), true), Buffer.from('a\n'));
    assert.equal(payloadBytes({}, true), '{}\n');
  });

  it('refuses what is nothing, or no JSON', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const code = 'INVALID_ARGUMENT';
    assert.throws(() => payloadBytes(undefined, false), { code, message: /msg\.payload is missing/ });
    assert.throws(() => payloadBytes(circle, false), { code, message: /cannot be written as JSON/ });
    assert.throws(() => payloadBytes(() => 1, false), { code });
  });
});
