import assert from 'node:assert/strict';
import { parseTestRequest } from '../../../src/nodes/device/test-connection';

describe('nodes: test request', () => {
  it('takes what the dialog sends', () => {
    assert.deepEqual(parseTestRequest({ address: ' sim: ', baudRate: '115200', id: 'a', password: '' }), {
      address: 'sim:',
      baudRate: 115200,
      id: 'a',
    });
  });

  it('says what is wrong with a bad one', () => {
    for (const body of [
      undefined,
      null,
      [],
      'sim:',
      {},
      { address: 5 },
      { address: '  ' },
      { address: 'sim:', baudRate: 'fast' },
      { address: 'sim:', baudRate: -1 },
      { address: 'sim:', id: {} },
      { address: 'sim:', password: 5 },
    ]) {
      assert.equal(typeof parseTestRequest(body), 'string', JSON.stringify(body));
    }
  });
});
