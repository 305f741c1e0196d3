import assert from 'node:assert/strict';
import { addressChoices, type FoundPort } from '../../../src/nodes/editor/address-choices';

const pico: FoundPort = {
  path: '/dev/ttyACM0',
  vendorId: '2e8a',
  productId: '0005',
  serialNumber: 'e661',
  manufacturer: 'MicroPython',
  likelyMicroPython: true,
};
const modem: FoundPort = { path: '/dev/ttyS0', likelyMicroPython: false };
const addresses = (ports: FoundPort[]) => addressChoices(ports).map((choice) => choice.address);

describe('addressChoices', () => {
  it('offers the likely device first, by serial number and by path', () => {
    assert.deepEqual(addresses([modem, pico]), ['id:e661', '/dev/ttyACM0', 'auto', '/dev/ttyS0', 'sim:']);
  });

  it('says what each is', () => {
    const [byId, byPath, , other] = addressChoices([modem, pico]);
    assert.deepEqual(byId, {
      address: 'id:e661',
      title: 'MicroPython',
      detailKey: 'id',
      path: '/dev/ttyACM0',
      likely: true,
    });
    assert.deepEqual([byPath?.title, byPath?.detailKey], ['MicroPython', 'path']);
    assert.deepEqual([other?.titleKey, other?.likely], ['unknown', false]);
    const anonymous = addressChoices([{ path: 'COM3', vendorId: '1a86', productId: '7523', likelyMicroPython: true }]);
    assert.equal(anonymous[0]?.title, 'USB 1a86:7523');
  });

  it('does not offer a serial number that several ports have', () => {
    assert.deepEqual(addresses([pico, { ...pico, path: '/dev/ttyACM1' }]), ['/dev/ttyACM0', '/dev/ttyACM1', 'sim:']);
  });

  it('does not offer auto where it would be an error: two likely devices', () => {
    const second = { ...pico, path: '/dev/ttyACM1', serialNumber: 'e662' };
    assert.ok(!addresses([pico, second]).includes('auto'));
  });

  it('offers what is always there when nothing is plugged in', () => {
    assert.deepEqual(addresses([]), ['auto', 'sim:']);
  });
});
