/** The simulated device as a serial port of the operating system, opened by the real `serialport`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { processGone } from '../../support/process-gone';
import { RecordingSink } from '../../support/recording-sink';
import { startSimOnPty, type SimOnPty } from '../../support/sim-on-pty';
import { within } from '../../support/within';

describe('The simulated device behind a pseudo-terminal', () => {
  let sim: SimOnPty;
  let sink: RecordingSink;
  let port: SerialPort | undefined;

  before(function () {
    if (process.platform === 'win32') {
      console.log('      skipped: Windows has no pseudo-terminals of this kind');
      this.skip();
    }
  });
  beforeEach(async () => {
    sim = await startSimOnPty();
    sink = new RecordingSink();
    port = new SerialPort({ path: sim.path, baudRate: 115200, autoOpen: false });
    port.on('error', () => {});
    port.on('data', (chunk: Buffer) => sink.data(chunk));
    port.open();
    await within(once(port, 'open'), 5_000, 'open');
  });
  afterEach(async () => {
    if (port?.isOpen) await new Promise((resolve) => port?.close(resolve));
    await sim.stop();
    await processGone(sim.pid);
  });

  it('answers, and has not heard its own greeting as an echo', async () => {
    port?.write('6*7\r');
    const text = await sink.receiveText('42\r\n>>> ');
    assert.ok(!text.includes('Error'), text);
  });

  it('carries all 256 byte values both ways', async () => {
    port?.write('\x01');
    await sink.receiveText('exit\r\n>');
    const start = sink.bytes.length;
    port?.write("import sys\nread = sys.stdin.buffer.read(255)\nsys.stdout.buffer.write(b'\\x03' + read)\x04");
    await sink.receive(start + 2);
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((i) => i !== 3));
    port?.write(all);
    const reply = (await sink.receive(start + 2 + 256 + 3)).subarray(start + 2);
    assert.deepEqual(reply.subarray(0, 256), Buffer.concat([Buffer.from([3]), all]));
  });

  it('carries Ctrl-C to running code', async () => {
    port?.write('while True: print("on")\r\r\r');
    await sink.receiveText('on\r\n');
    port?.write('\x03');
    await sink.receiveText('KeyboardInterrupt: \r\n>>> ');
  });

  it('vanishes when it is unplugged', async () => {
    sim.unplug();
    await processGone(sim.pid);
    assert.equal(existsSync(sim.path), false);
  });

  it('restarts by its reset button', async () => {
    // What a device says before its port is opened is flushed by the opening.
    port?.write('\x01while True: pass\x04');
    await sink.receiveText('>OK');
    sim.reset();
    await sink.receiveText('>OKMicroPython');
  });
});
