import assert from 'node:assert/strict';
import { TransportError } from '../../../src/lib/index';
import { asError, shortReason } from '../../../src/nodes/shared/error-text';

describe('nodes: error text', () => {
  it('leaves an error with a code of its own alone', () => {
    const error = new TransportError('PORT_BUSY', 'busy');
    assert.equal(asError(error), error);
    const system = Object.assign(new Error('no file'), { code: 'ENOENT' });
    assert.equal(asError(system), system);
  });

  it('gives every other error a code that Catch nodes see', () => {
    const error = asError(new RangeError('out'));
    assert.ok(Object.hasOwn(error, 'code'));
    assert.equal(error.message, 'out');
  });

  it('falls back when the catalogue has no words for a reason', () => {
    const translate = (key: string) => (key === 'micropython.status.disconnected' ? 'disconnected' : key);
    assert.equal(shortReason(new TransportError('AUTH_FAILED', 'x'), translate), 'disconnected');
    assert.equal(shortReason(undefined, translate), 'disconnected');
  });
});
