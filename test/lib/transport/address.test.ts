import assert from 'node:assert/strict';
import type { PortInfo } from '../../../src/lib/transport/list-ports';
import { parseAddress, registerTransport, resolveAddress } from '../../../src/lib/transport/address';
import { ProcessTransport } from '../../../src/lib/transport/process-transport';
import { Rfc2217Transport } from '../../../src/lib/transport/rfc2217-transport';
import { SerialTransport } from '../../../src/lib/transport/serial-transport';
import { TcpTransport } from '../../../src/lib/transport/tcp-transport';
import type { Transport, TransportFactory } from '../../../src/lib/transport/transport';
import { WebReplTransport } from '../../../src/lib/transport/webrepl-transport';

const pico: PortInfo = port('/dev/ttyACM0', '2e8a', '0005', 'e66118c4e3', true);
const esp: PortInfo = port('/dev/ttyUSB0', '10c4', 'ea60', '0001', false);
const espTwin: PortInfo = port('/dev/ttyUSB1', '10c4', 'ea60', '0001', false);

function port(path: string, vendorId: string, productId: string, serialNumber: string, likely: boolean): PortInfo {
  return { path, vendorId, productId, serialNumber, manufacturer: 'somebody', likelyMicroPython: likely };
}

/** A computer with these ports, and links as in /dev/serial/by-id. */
function computer(ports: PortInfo[], links: Record<string, string> = {}) {
  return {
    listPorts: () => Promise.resolve(ports),
    realpath: (path: string) => links[path] ?? path,
  };
}

const key = async (address: string, ...rest: Parameters<typeof computer>) =>
  (await resolveAddress(address, {}, computer(...rest))).key;

describe('resolveAddress', () => {
  it('gives one key to all names of a device with a serial number', async () => {
    const ports = [pico, esp];
    const links = { '/dev/serial/by-id/usb-pico': '/dev/ttyACM0' };
    const names = [
      '/dev/ttyACM0',
      'port:/dev/ttyACM0',
      '/dev/serial/by-id/usb-pico',
      'id:E66118C4E3',
      'id:e66118c4e3',
      'auto',
    ];
    const keys = await Promise.all(names.map((name) => key(name, ports, links)));
    assert.deepEqual(new Set(keys), new Set(['usb:2e8a:0005:e66118c4e3']));
  });

  it('tells ports with the same serial number apart by their paths', async () => {
    const ports = [esp, espTwin];
    assert.equal(await key('/dev/ttyUSB0', ports), 'port:/dev/ttyUSB0');
    assert.equal(await key('/dev/ttyUSB1', ports), 'port:/dev/ttyUSB1');
  });

  it('uses the real path of a port that the list does not know', async () => {
    const lookup = { listPorts: () => Promise.resolve([]), realpath: () => '/dev/pts/7' };
    assert.equal((await resolveAddress('/tmp/link', {}, lookup)).key, 'port:/dev/pts/7');
    assert.equal((await resolveAddress('/dev/pts/7', {}, lookup)).key, 'port:/dev/pts/7');
  });

  it('takes the two macOS names of a port for one', async () => {
    const ports = [port('/dev/tty.usbmodem1', '2e8a', '0005', 'abc', true)];
    assert.equal(await key('/dev/cu.usbmodem1', ports), await key('/dev/tty.usbmodem1', ports));
  });

  it('takes the ways to write a Windows port for one', async () => {
    const ports = [port('COM12', '2e8a', '0005', 'abc', true)];
    assert.equal(await key('\\\\.\\com12', ports), 'usb:2e8a:0005:abc');
  });

  it('finds a device that came back under another path, by any of its names', async () => {
    const moved = { ...pico, path: '/dev/ttyACM1' };
    for (const address of ['/dev/ttyACM0', 'id:E66118C4E3', 'auto']) {
      const before = await resolveAddress(address, {}, computer([pico]));
      const after = await resolveAddress(address, {}, { ...computer([moved]), knownAs: before.key });
      assert.equal(after.key, before.key);
    }
  });

  it('goes on to mean the device known before while nothing is at its path', async () => {
    const { key: before } = await resolveAddress('/dev/ttyACM0', {}, computer([pico]));
    const nothing = { ...computer([esp]), exists: () => false, knownAs: before };
    const away = await resolveAddress('/dev/ttyACM0', {}, nothing);
    assert.deepEqual([away.key, away.absent], [before, true]);
    // A pseudo-terminal, or what a container does not list.
    const there = await resolveAddress('/dev/ttyACM0', {}, { ...nothing, exists: () => true });
    assert.deepEqual([there.key, there.absent], ['port:/dev/ttyACM0', false]);
  });

  it('takes what is at the path when the device known before is not there', async () => {
    const other = port('/dev/ttyACM0', '2e8a', '0005', 'other', true);
    const found = await resolveAddress(
      '/dev/ttyACM0',
      {},
      { ...computer([other]), knownAs: 'usb:2e8a:0005:e66118c4e3' },
    );
    assert.equal(found.key, 'usb:2e8a:0005:other');
  });

  it('opens a path although the ports cannot be listed', async () => {
    const lookup = { listPorts: () => Promise.reject(new Error('no list')), realpath: (path: string) => path };
    assert.equal((await resolveAddress('/dev/ttyS0', {}, lookup)).key, 'port:/dev/ttyS0');
    await assert.rejects(resolveAddress('id:1', {}, lookup), /no list/);
  });

  it('says which ports are there when none has the serial number', async () => {
    await assert.rejects(resolveAddress('id:nobody', {}, computer([pico, esp])), {
      code: 'PORT_NOT_FOUND',
      address: 'id:nobody',
      message: /nobody.*\/dev\/ttyACM0 \(id:e66118c4e3\).*\/dev\/ttyUSB0/,
    });
    await assert.rejects(resolveAddress('id:nobody', {}, computer([])), {
      code: 'PORT_NOT_FOUND',
      message: /no serial port/,
    });
  });

  it('says so when auto finds nothing', async () => {
    await assert.rejects(resolveAddress('auto', {}, computer([])), { code: 'PORT_NOT_FOUND' });
  });

  const network: [string, string, new (...args: never[]) => Transport][] = [
    ['tcp://HOST:23', 'tcp://host:23', TcpTransport],
    ['rfc2217://Host:2217/', 'rfc2217://host:2217', Rfc2217Transport],
    ['ws://HOST', 'ws://host:8266/', WebReplTransport],
    ['exec:  cat  ', 'exec:cat', ProcessTransport],
  ];
  for (const [address, expected, kind] of network) {
    it(`makes a ${kind.name} of ${address}`, async () => {
      const resolved = await resolveAddress(address, { password: 'secret' });
      assert.equal(resolved.key, expected);
      assert.equal(resolved.address, address);
      const transport = resolved.createTransport();
      assert.ok(transport instanceof kind);
      assert.equal(transport.address, address);
      assert.notEqual(resolved.createTransport(), transport);
    });
  }

  it('makes a SerialTransport of a path', async () => {
    const resolved = await resolveAddress('/dev/ttyACM0', { baudRate: 9600 }, computer([pico]));
    const transport = resolved.createTransport();
    assert.ok(transport instanceof SerialTransport);
    assert.equal(transport.address, '/dev/ttyACM0');
  });

  it('hands the name of a simulated device to its factory', async () => {
    const made: unknown[] = [];
    const simFactory: TransportFactory = (...args) => {
      made.push(args);
      return new TcpTransport('127.0.0.1', 1);
    };
    const options = { connectTimeout: 5 };
    const resolved = await resolveAddress('sim:greenhouse', options, { simFactory });
    resolved.createTransport();
    assert.equal(resolved.key, 'sim:greenhouse');
    assert.deepEqual(made, [['greenhouse', options, 'sim:greenhouse']]);
  });

  it('uses a registered transport', async () => {
    const unregister = registerTransport('ble', (rest, _options, address) => new TcpTransport(rest, 1, {}, address));
    try {
      const resolved = await resolveAddress('BLE:AA:BB');
      assert.equal(resolved.key, 'ble:AA:BB');
      assert.equal(resolved.createTransport().address, 'BLE:AA:BB');
    } finally {
      unregister();
    }
    assert.throws(() => parseAddress('ble:AA:BB'), { code: 'INVALID_ADDRESS' });
  });

  it('rejects what is no address', async () => {
    await assert.rejects(resolveAddress('nonsense'), { code: 'INVALID_ADDRESS', address: 'nonsense' });
  });
});
