import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { openPty, type Pty } from './pty';
import { within } from './within';

describe('The pseudo-terminal of the tests', () => {
  let pty: Pty;
  let port: SerialPort;

  beforeEach(async () => {
    pty = await openPty();
    port = new SerialPort({ path: pty.path, baudRate: 115200, autoOpen: false });
    port.on('error', () => {});
    port.open();
    await within(once(port, 'open'), 5_000, 'open');
  });

  afterEach(async () => {
    if (port.isOpen) await new Promise((resolve) => port.close(resolve));
    await pty.close();
  });

  /** All that comes until it is `count` bytes. */
  function collect(count: number, listen: (listener: (chunk: Buffer) => void) => void): Promise<Buffer> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let length = 0;
      listen((chunk) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length >= count) resolve(Buffer.concat(chunks));
      });
    });
  }

  const everyByte = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));

  it('carries every byte to the host unchanged, more than the kernel buffers', async () => {
    const received = collect(everyByte.length, (listener) => port.on('data', listener));
    await within(pty.write(everyByte), 5_000, 'the write');
    assert.ok((await within(received, 5_000, 'delivery')).equals(everyByte));
  });

  it('carries every byte from the host unchanged', async () => {
    const received = collect(everyByte.length, (listener) => pty.onData(listener));
    port.write(everyByte);
    assert.ok((await within(received, 5_000, 'delivery')).equals(everyByte));
  });

  it('keeps the order of writes that are not awaited', async () => {
    const received = collect(30_000, (listener) => port.on('data', listener));
    for (let i = 0; i < 30; i++) void pty.write(everyByte.subarray(i * 1000, i * 1000 + 1000));
    assert.ok((await within(received, 5_000, 'delivery')).equals(everyByte.subarray(0, 30_000)));
  });

  it('keeps what the host wrote before anybody listened', async () => {
    port.write('early');
    await new Promise((resolve) => port.drain(resolve));
    assert.equal(
      (
        await within(
          collect(5, (listener) => pty.onData(listener)),
          5_000,
          'delivery',
        )
      ).toString(),
      'early',
    );
  });

  it('hangs up the host and takes the path away when unplugged', async () => {
    const fd = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    assert.throws(() => readSync(fd, Buffer.alloc(1)), { code: 'EAGAIN' });
    pty.unplug();
    await pty.unplugged;
    assert.equal(readSync(fd, Buffer.alloc(1)), 0);
    assert.equal(existsSync(pty.path), false);
    closeSync(fd);
  });

  it('leaves no descriptor behind', async () => {
    const open = () => readdirSync('/dev/fd').length;
    const before = open();
    const other = await openPty();
    assert.ok(open() > before);
    await other.close();
    assert.equal(open(), before);
  });

  it('rejects what is being written when unplugged', async () => {
    const writing = assert.rejects(pty.write(Buffer.alloc(1_000_000)), /unplugged|EBADF|EIO/);
    pty.unplug();
    await within(writing, 5_000, 'the rejection');
  });
});
