import assert from 'node:assert/strict';
import { readAddress } from '../../../src/lib/transport/parse-address';
import { addressForm, hasPassword, isLine } from '../../../src/nodes/editor/address-form';

const GOOD = {
  '/dev/ttyACM0': 'serial',
  ' /dev/ttyUSB0 ': 'serial',
  '/dev/serial/by-id/usb-MicroPython_Board-if00': 'serial',
  './pty': 'serial',
  COM3: 'serial',
  com12: 'serial',
  '\\\\.\\COM10': 'serial',
  'port:/dev/my board': 'serial',
  'id:e6614103e7452d2f': 'id',
  auto: 'auto',
  'auto:': 'auto',
  AUTO: 'auto',
  'rfc2217://host:4000': 'rfc2217',
  'tcp://192.168.1.9:23': 'tcp',
  'tcp://[::1]:23': 'tcp',
  'tcp://host:23/': 'tcp',
  'TCP://Host.local:65535': 'tcp',
  'ws://192.168.4.1:8266': 'webrepl',
  'ws://192.168.4.1': 'webrepl',
  'ws://board.local:8266/path?x=1': 'webrepl',
  'wss://board.example': 'webrepl',
  'wss://[fe80::1]:443/': 'webrepl',
  'sim:': 'sim',
  'sim:kitchen': 'sim',
  'exec:micropython -i': 'exec',
} as const;

const BAD = {
  '': 'blank',
  '   ': 'blank',
  ttyACM0: 'dev',
  'cu.usbmodem101': 'dev',
  '192.168.4.1': 'scheme',
  '192.168.4.1:8266': 'scheme',
  'localhost:8266': 'scheme',
  COM: 'unknown',
  Pico: 'unknown',
  'foo:bar': 'unknown',
  'tpc://host:1': 'unknown',
  'C:': 'unknown',
  '/dev/my board': 'spaces',
  'sim:a b': 'spaces',
  'tcp://my host:1': 'spaces',
  'ws://my host': 'spaces',
  'port:': 'path',
  'id:': 'id',
  'id: ': 'id',
  'exec:': 'command',
  'socket://host:1': 'socket',
  'http://host': 'http',
  'https://host': 'http',
  'tcp:host:1': 'slashes',
  'ws:host': 'slashes',
  'tcp://': 'host',
  'tcp://:23': 'host',
  'ws://': 'host',
  'ws://:8266': 'host',
  'tcp://[zz]:1': 'host',
  'tcp://host': 'port',
  'tcp://host:': 'port',
  'rfc2217://host:0': 'port',
  'tcp://host:65536': 'port',
  'tcp://host:abc': 'port',
  'tcp://host:123456': 'port',
  'ws://host:0': 'port',
  'ws://host:99999': 'port',
  'tcp://me@host:1': 'secret',
  'ws://:secret@host': 'secret',
  'tcp://host:1/path': 'rest',
  'ws://host/#x': 'rest',
} as const;

describe('addressForm', () => {
  for (const [address, kind] of Object.entries(GOOD)) {
    it(`knows ${JSON.stringify(address)} as ${kind}, and so does the engine`, () => {
      assert.deepEqual(addressForm(address), { kind });
      assert.equal(readAddress(address, new Set()).kind, kind);
    });
  }

  for (const [address, problem] of Object.entries(BAD)) {
    it(`refuses ${JSON.stringify(address)} (${problem}), and so does the engine`, () => {
      assert.deepEqual(addressForm(address), { problem });
      assert.throws(() => readAddress(address, new Set()), { code: 'INVALID_ADDRESS' });
    });
  }

  it('believes in environment variables', () => {
    for (const address of ['${DEVICE}', '$(DEVICE)', ' ${MY_DEVICE} '])
      assert.deepEqual(addressForm(address), { kind: 'env' });
    assert.deepEqual(addressForm('${}'), { problem: 'unknown' });
  });

  it('tells which settings belong to an address', () => {
    const settings = (address: string) => [isLine(addressForm(address)), hasPassword(addressForm(address))];
    assert.deepEqual(settings('COM3'), [true, false]);
    assert.deepEqual(settings('auto'), [true, false]);
    assert.deepEqual(settings('rfc2217://host:1'), [true, false]);
    assert.deepEqual(settings('tcp://host:1'), [false, false]);
    assert.deepEqual(settings('ws://host'), [false, true]);
    assert.deepEqual(settings('sim:'), [false, false]);
    assert.deepEqual(settings('${DEVICE}'), [true, true]);
  });
});
