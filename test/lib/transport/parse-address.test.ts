import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ArgumentError } from '../../../src/lib/errors';
import { readAddress, type Address } from '../../../src/lib/transport/parse-address';

const none = new Set<string>();

describe('an address', () => {
  const good: [string, Address][] = [
    ['/dev/ttyACM0', { kind: 'serial', path: '/dev/ttyACM0' }],
    ['  /dev/ttyACM0\t', { kind: 'serial', path: '/dev/ttyACM0' }],
    [
      '/dev/serial/by-id/usb-MicroPython_Board-if00',
      { kind: 'serial', path: '/dev/serial/by-id/usb-MicroPython_Board-if00' },
    ],
    ['./fake-port', { kind: 'serial', path: './fake-port' }],
    ['COM3', { kind: 'serial', path: 'COM3' }],
    ['com12', { kind: 'serial', path: 'COM12' }],
    ['\\\\.\\COM10', { kind: 'serial', path: 'COM10' }],
    ['port:/dev/my port', { kind: 'serial', path: '/dev/my port' }],
    ['port:COM3', { kind: 'serial', path: 'COM3' }],
    ['id:E66118C4E3', { kind: 'id', serialNumber: 'E66118C4E3' }],
    ['id:A:B c', { kind: 'id', serialNumber: 'A:B c' }],
    ['auto', { kind: 'auto' }],
    ['AUTO', { kind: 'auto' }],
    ['tcp://Board.local:23', { kind: 'tcp', host: 'board.local', port: 23 }],
    ['tcp://192.168.1.5:65535', { kind: 'tcp', host: '192.168.1.5', port: 65535 }],
    ['tcp://[FE80::1]:1', { kind: 'tcp', host: 'fe80::1', port: 1 }],
    ['RFC2217://host:2217', { kind: 'rfc2217', host: 'host', port: 2217 }],
    ['rfc2217://host:2217/', { kind: 'rfc2217', host: 'host', port: 2217 }],
    ['ws://Host:8266', { kind: 'webrepl', url: 'ws://host:8266/' }],
    ['ws://host', { kind: 'webrepl', url: 'ws://host:8266/' }],
    ['ws://host:80', { kind: 'webrepl', url: 'ws://host/' }],
    ['ws://[::1]', { kind: 'webrepl', url: 'ws://[::1]:8266/' }],
    ['wss://host', { kind: 'webrepl', url: 'wss://host/' }],
    ['wss://host:8443/boards/1', { kind: 'webrepl', url: 'wss://host:8443/boards/1' }],
    ['sim:', { kind: 'sim', name: '' }],
    ['sim:greenhouse', { kind: 'sim', name: 'greenhouse' }],
    ['exec:micropython -i', { kind: 'exec', command: 'micropython -i' }],
    ['exec: ssh pi@host "micropython -i" ', { kind: 'exec', command: 'ssh pi@host "micropython -i"' }],
  ];
  for (const [text, address] of good) {
    it(`may be ${text}`, () => assert.deepEqual(readAddress(text, none), address));
  }

  it('may begin with a registered scheme', () => {
    const address = { kind: 'registered', scheme: 'ble', rest: 'AA:BB' };
    assert.deepEqual(readAddress('BLE:AA:BB', new Set(['ble'])), address);
  });

  const bad: [string, RegExp][] = [
    ['', /it is empty/],
    ['   ', /it is empty/],
    ['/dev/tty\nACM0', /line break or a NUL/],
    ['/dev/tty\0', /line break or a NUL/],
    ['/dev/my port', /contains a blank; for such a path write port:/],
    ['ttyACM0', /a port is named by its path, \/dev\/ttyACM0/],
    ['cu.usbmodem14101', /a port is named by its path/],
    ['COM', /neither a path nor/],
    ['board', /neither a path nor/],
    ['192.168.1.5', /a host needs a scheme/],
    ['board.local:23', /known by the name "board.local:"/],
    ['ftp://host:21', /known by the name "ftp:"/],
    ['http://host:8266', /reached by ws:/],
    ['socket://host:23', /write tcp:/],
    ['port:', /the path is missing/],
    ['id:', /serial number is missing/],
    ['id:  ', /serial number is missing/],
    ['tcp:host:1', /two slashes/],
    ['tcp://', /the host is missing/],
    ['tcp://:23', /the host is missing/],
    ['tcp://host', /the port number is missing/],
    ['tcp://host:', /the port number is missing/],
    ['tcp://host:0', /"0" is no port number from 1 to 65535/],
    ['tcp://host:65536', /"65536" is no port number/],
    ['tcp://host:-1', /"-1" is no port number/],
    ['tcp://host:23a', /"23a" is no port number/],
    ['tcp://host:23/path', /nothing may follow the port number, but there is "\/path"/],
    ['tcp://user:pw@host:23', /no user and no password|port/],
    ['tcp://me@host:23', /no user and no password/],
    ['tcp://my host:23', /the host contains a blank/],
    ['tcp://::1:23', /the host is missing|brackets/],
    ['tcp://fe80::1:23', /stands in brackets/],
    ['tcp://[::1]', /the port number is missing/],
    ['tcp://[::1:23', /no host name|brackets/],
    ['tcp://[host]:23', /\[host\] is no IPv6 address/],
    ['tcp://ho*st:23', /"ho\*st" is no host name/],
    ['rfc2217://host', /the port number is missing/],
    ['rfc2217://host:x', /"x" is no port number/],
    ['ws:host', /two slashes/],
    ['ws://', /the host is missing/],
    ['ws://:8266', /the host is missing/],
    ['ws://me:secret@host:8266', /password of a WebREPL belongs in the settings/],
    ['ws://host:99999', /"99999" is no port number/],
    ['ws://host:abc', /"abc" is no port number/],
    ['ws://ho st:8266', /contains a blank/],
    ['ws://host:8266/#x', /"#" means nothing/],
    ['ws://[::1:8266', /is no host|port number/],
    ['sim:my board', /contains a blank/],
    ['exec:', /needs a command/],
    ['exec:   ', /needs a command/],
    ["exec:sh -c 'echo", /open quote/],
  ];
  for (const [text, message] of bad) {
    it(`may not be ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => readAddress(text, none),
        (error: unknown) => {
          assert.ok(error instanceof ArgumentError);
          assert.equal(error.code, 'INVALID_ADDRESS');
          assert.match(error.message, message);
          assert.match(error.message, /Addresses are \/dev\/ttyACM0.*auto.*tcp:\/\/host:port.*exec:<command>$/);
          return true;
        },
      );
    });
  }

  for (const value of [undefined, null, 5]) {
    it(`may not be ${String(value)}`, () => {
      const read = () => readAddress(value as never, none);
      assert.throws(read, { code: 'INVALID_ADDRESS', message: /is no text/ });
    });
  }

  it('is read or refused, whatever it is', () => {
    const start = fc.constantFrom(
      '',
      'tcp://',
      'rfc2217://',
      'ws://',
      'wss://',
      'id:',
      'exec:',
      'sim:',
      'port:',
      '/',
      'COM',
    );
    fc.assert(
      fc.property(start, fc.string({ unit: 'binary' }), (prefix, rest) => {
        try {
          assert.ok(readAddress(prefix + rest, none).kind);
        } catch (error) {
          assert.ok(error instanceof ArgumentError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
