import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linuxPort, listLinuxPorts, type SystemPort } from '../../../src/lib/transport/linux-ports';
import {
  findBySerialNumber,
  likelyMicroPython,
  listPorts,
  pickAuto,
  resolvePortPath,
  type PortInfo,
} from '../../../src/lib/transport/list-ports';
import { usbVerdict } from '../../../src/lib/transport/usb-ids';

const PICO = {
  path: '/dev/ttyACM0',
  vendorId: '2E8A',
  productId: '0005',
  serialNumber: 'E6614C',
  manufacturer: 'MicroPython',
};
const ESP32 = {
  path: '/dev/ttyUSB0',
  vendorId: '0x10C4',
  productId: 'EA60',
  serialNumber: '0001',
  manufacturer: 'Silicon Labs',
};
const ZIGBEE = { ...ESP32, path: '/dev/ttyUSB1', manufacturer: 'ITEAD', product: 'SONOFF Zigbee 3.0 USB Dongle Plus' };
const UART = { path: '/dev/ttyAMA0' };

const listed = (...ports: SystemPort[]) => listPorts(() => Promise.resolve(ports));

describe('listPorts', () => {
  it('gives ids as four lower-case digits and leaves out what is not known', async () => {
    const windows = { path: 'COM3', vendorId: '303A', productId: '1', serialNumber: '', manufacturer: undefined };
    assert.deepEqual(await listed(windows), [
      { path: 'COM3', vendorId: '303a', productId: '0001', likelyMicroPython: false },
    ]);
  });

  it('puts the likely devices first', async () => {
    const ports = await listed(UART, ZIGBEE, ESP32, PICO);
    assert.deepEqual(
      ports.map((port) => [port.path, port.likelyMicroPython]),
      [
        ['/dev/ttyUSB0', true],
        ['/dev/ttyACM0', true],
        ['/dev/ttyAMA0', false],
        ['/dev/ttyUSB1', false],
      ],
    );
  });

  it('says why when the system has no list', async () => {
    const broken = () => Promise.reject(new Error('spawn udevadm ENOENT'));
    await assert.rejects(listPorts(broken), {
      code: 'OPEN_FAILED',
      message: /list the serial ports: spawn udevadm ENOENT/,
    });
  });

  it('works on this computer', async () => {
    for (const port of await listPorts()) {
      assert.equal(typeof port.path, 'string');
      assert.equal(typeof port.likelyMicroPython, 'boolean');
    }
  });
});

describe('likelyMicroPython', () => {
  const verdict = (vendorId: string, productId: string, texts: Partial<PortInfo> = {}) =>
    likelyMicroPython({ path: 'COM1', vendorId, productId, ...texts });

  it('knows boards, and bridges that boards carry', () => {
    assert.ok(verdict('2e8a', '0005'), 'Pico');
    assert.ok(verdict('303a', '4001'), 'ESP32-S3');
    assert.ok(verdict('303a', '1001'), 'ESP32-C3');
    assert.ok(verdict('f055', '9800'), 'pyboard');
    assert.ok(verdict('1a86', '7523'), 'CH340');
  });

  it('is not taken in by what shares a vendor or a bridge with them', () => {
    assert.equal(verdict('2e8a', '000c'), false, 'Debug Probe');
    assert.equal(verdict('2e8a', '000a'), false, 'a C program on a Pico');
    assert.equal(verdict('2341', '0043'), false, 'Arduino Uno');
    assert.equal(verdict('10c4', 'ea60', { product: 'HubZ Smart Home Controller Z-Wave' }), false);
    assert.equal(likelyMicroPython({ path: '/dev/ttyS0' }), false, 'no USB');
  });

  it('believes a device that calls itself MicroPython', () => {
    assert.ok(verdict('1234', '5678', { manufacturer: 'MicroPython' }));
  });
});

describe('usbVerdict', () => {
  it('tells what pushes back from what drops bytes, and says so when it does not know', () => {
    assert.equal(usbVerdict('2e8a', '0005').kind, 'native');
    assert.equal(usbVerdict('2E8A', '1234').kind, 'native');
    assert.equal(usbVerdict('10c4', 'ea60').kind, 'bridge');
    assert.equal(usbVerdict('067b', '2303').kind, 'bridge');
    assert.equal(usbVerdict('2341', '0043').kind, 'unknown');
    assert.equal(usbVerdict(undefined, undefined).kind, 'unknown');
  });

  it('offers the reset lines where they reach a reset pin', () => {
    assert.equal(usbVerdict('10c4', 'ea60').resetLines, true);
    assert.equal(usbVerdict('303a', '1001').resetLines, true);
    assert.equal(usbVerdict('2e8a', '0005').resetLines, false);
    assert.equal(usbVerdict('303a', '4001').resetLines, false, 'DTR and RTS start its bootloader');
  });
});

describe('findBySerialNumber', () => {
  it('finds it in any letter case, or nothing', async () => {
    const ports = await listed(ESP32, PICO);
    assert.equal(findBySerialNumber(ports, 'e6614c')?.path, '/dev/ttyACM0');
    assert.equal(findBySerialNumber(ports, 'e6614'), undefined);
  });
});

describe('pickAuto', () => {
  it('takes the only likely device', async () => {
    assert.equal(pickAuto(await listed(UART, ZIGBEE, ESP32)).path, '/dev/ttyUSB0');
  });

  it('prefers a board with USB of its own to a bridge, which may be anything', async () => {
    assert.equal(pickAuto(await listed(ESP32, PICO)).path, '/dev/ttyACM0');
  });

  it('takes the first port of a board that has two', async () => {
    const two = { ...PICO, locationId: '1-1' };
    assert.equal(pickAuto(await listed(two, { ...two, path: '/dev/ttyACM1' })).path, '/dev/ttyACM0');
  });

  it('refuses to choose, and lists the candidates', async () => {
    const ports = await listed(PICO, { ...PICO, path: '/dev/ttyACM7', serialNumber: 'other' });
    assert.throws(() => pickAuto(ports), {
      name: 'ArgumentError',
      code: 'INVALID_ADDRESS',
      message: /\/dev\/ttyACM0 \(MicroPython, id:E6614C\), \/dev\/ttyACM7 \(MicroPython, id:other\)/,
    });
  });

  it('says that there is none, and what else is there', async () => {
    const ports = await listed(UART);
    assert.throws(() => pickAuto(ports), { name: 'TransportError', code: 'PORT_NOT_FOUND', message: /\/dev\/ttyAMA0/ });
    assert.throws(() => pickAuto([]), { code: 'PORT_NOT_FOUND', message: /no serial port/ });
  });
});

describe('the serial ports of Linux', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sysfs-'));
    for (const folder of ['sys/class/tty', 'dev']) mkdirSync(join(root, folder), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** A port as sysfs shows it: the device folder, and the class entry that links to it. */
  function addPort(name: string, device: string, attributes: Record<string, string> = {}, type?: string): void {
    const folder = join(root, 'sys/devices', device);
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(root, 'sys/class/tty', name));
    symlinkSync(folder, join(root, 'sys/class/tty', name, 'device'));
    if (type) writeFileSync(join(root, 'sys/class/tty', name, 'type'), `${type}\n`);
    writeFileSync(join(root, 'dev', name), '');
    for (const [path, text] of Object.entries(attributes)) writeFileSync(join(root, 'sys/devices', path), `${text}\n`);
  }

  const list = () => listLinuxPorts(join(root, 'sys'), join(root, 'dev'));

  it('have the ids of the USB device above the interface', async () => {
    addPort('ttyACM0', 'usb1/1-1/1-1:1.0', {
      'usb1/1-1/idVendor': '2e8a',
      'usb1/1-1/idProduct': '0005',
      'usb1/1-1/serial': 'e6614c',
      'usb1/1-1/manufacturer': 'MicroPython',
      'usb1/1-1/product': 'Board in FS mode',
    });
    const expected = {
      path: join(root, 'dev/ttyACM0'),
      vendorId: '2e8a',
      productId: '0005',
      serialNumber: 'e6614c',
      manufacturer: 'MicroPython',
      product: 'Board in FS mode',
      locationId: '1-1',
    };
    assert.deepEqual(await list(), [expected]);
    assert.deepEqual(await linuxPort(join(root, 'dev/ttyACM0'), join(root, 'sys')), expected);
  });

  it('have them two levels up when a bridge is in between, and come in the order of their numbers', async () => {
    for (const number of [10, 9]) {
      addPort(`ttyUSB${number}`, `usb1/1-${number}/1-${number}:1.0/ttyUSB${number}`, {
        [`usb1/1-${number}/idVendor`]: '10c4',
        [`usb1/1-${number}/idProduct`]: 'ea60',
      });
    }
    const ports = await list();
    assert.deepEqual(
      ports.map(({ path, vendorId, serialNumber }) => [path.split('/').at(-1), vendorId, serialNumber]),
      [
        ['ttyUSB9', '10c4', undefined],
        ['ttyUSB10', '10c4', undefined],
      ],
    );
  });

  it('are without the numbered ones that have no chip, and without consoles', async () => {
    addPort('ttyS0', 'platform/serial8250', {}, '4');
    addPort('ttyS1', 'platform/serial8250', {}, '0');
    mkdirSync(join(root, 'sys/class/tty/tty1'));
    assert.deepEqual(await list(), [{ path: join(root, 'dev/ttyS0') }]);
  });

  it('are without those that this container may not use', async () => {
    addPort('ttyACM0', 'usb1/1-1/1-1:1.0');
    rmSync(join(root, 'dev/ttyACM0'));
    assert.deepEqual(await list(), []);
  });

  it('are found behind links', () => {
    writeFileSync(join(root, 'dev/ttyACM0'), '');
    symlinkSync(join(root, 'dev/ttyACM0'), join(root, 'dev/by-id'));
    assert.equal(resolvePortPath(join(root, 'dev/by-id')), join(root, 'dev/ttyACM0'));
    assert.equal(resolvePortPath('/dev/not-plugged-in'), '/dev/not-plugged-in');
  });
});
