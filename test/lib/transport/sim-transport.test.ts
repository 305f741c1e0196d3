import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SimDevice } from '../../../src/lib/sim/sim-device';
import { simFactory, SimTransport } from '../../../src/lib/transport/sim-transport';
import { processGone } from '../../support/process-gone';
import { RecordingSink } from '../../support/recording-sink';
import { SIM_PROGRAM } from '../../support/sim-program';
import { startTcpServer } from '../../support/tcp-server';
import { describeTransportContract } from '../../support/transport-contract';

const signal = new AbortController().signal;
let serial = 0;
const newName = () => `transport-test-${process.pid}-${serial++}`;

/** A script of the test's own in the place of the device. */
function writeProgram(source: string): { program: string; dispose: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'sim-program-'));
  const program = join(folder, 'program.cjs');
  writeFileSync(program, source);
  return { program, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A device that hands every byte on to a server of the test. */
const bridge = (port: number) => `
  const socket = require('node:net').connect(${port}, '127.0.0.1', () => process.send({ type: 'started' }));
  socket.on('error', () => process.exit());
  process.stdin.on('end', () => process.exit());
  process.stdin.pipe(socket).pipe(process.stdout);`;

describeTransportContract('SimTransport', async () => {
  const name = newName();
  const server = await startTcpServer();
  const bridged = writeProgram(bridge(server.port));
  const silent = writeProgram('process.stdin.resume()');
  const transport = new SimTransport(name, { program: bridged.program });
  let holder: SimTransport | undefined;
  return {
    transport,
    peer: server,
    cut: () => void process.kill(transport.processId ?? assert.fail('not open'), 'SIGKILL'),
    stuck: () => new SimTransport(`${name}-silent`, { program: silent.program }),
    failing: async () => {
      holder = new SimTransport(name, { program: bridged.program });
      await holder.open(new RecordingSink(), signal);
      return { transport: new SimTransport(name), code: 'PORT_BUSY' };
    },
    dispose: async () => {
      await holder?.close();
      SimDevice.switchOff(name);
      SimDevice.switchOff(`${name}-silent`);
      await server.stop();
      bridged.dispose();
      silent.dispose();
    },
  };
});

describe('SimTransport', function () {
  this.timeout(30_000);
  let name: string;
  const transports: SimTransport[] = [];

  beforeEach(() => (name = newName()));
  afterEach(async () => {
    for (const transport of transports.splice(0)) await transport.close();
    SimDevice.switchOff(name);
  });

  async function open(): Promise<{ transport: SimTransport; sink: RecordingSink }> {
    const transport = new SimTransport(name, { program: SIM_PROGRAM });
    transports.push(transport);
    const sink = new RecordingSink();
    await transport.open(sink, signal);
    return { transport, sink };
  }

  it('reaches a device that greets, and answers', async () => {
    const { transport, sink } = await open();
    await sink.receiveText('>>> ');
    await transport.write(Buffer.from('6*7\r'));
    await sink.receiveText('\r\n42\r\n>>> ');
  });

  it('finds files and variables again after a close: the device stays powered', async () => {
    const first = await open();
    await first.sink.receiveText('>>> ');
    await first.transport.write(Buffer.from("kept = 11; open('kept.txt', 'w').write('12')\r"));
    await first.sink.receiveText('\r\n2\r\n>>> ');
    const pid = first.transport.processId;
    await first.transport.close();
    const second = await open();
    assert.equal(second.transport.processId, pid);
    await second.transport.write(Buffer.from("kept, open('kept.txt').read()\r"));
    await second.sink.receiveText("(11, '12')");
  });

  it('keeps devices of different names apart', async () => {
    const { transport } = await open();
    const other = new SimTransport(`${name}-other`, { program: SIM_PROGRAM });
    transports.push(other);
    await other.open(new RecordingSink(), signal);
    assert.notEqual(other.processId, transport.processId);
    await other.close();
    SimDevice.switchOff(`${name}-other`);
  });

  it('lets one connection in at a time', async () => {
    const { transport } = await open();
    await assert.rejects(open(), { code: 'PORT_BUSY' });
    await transport.close();
    await open();
  });

  it('restarts the device by hardReset, and keeps files and connection', async () => {
    const { transport, sink } = await open();
    await sink.receiveText('>>> ');
    await transport.write(
      Buffer.from("\x01with open('kept.txt', 'w') as f: f.write('12')\nprint('written')\nwhile True: pass\n\x04"),
    );
    await sink.receiveText('written\r\n');
    await transport.hardReset();
    await sink.receiveText('written\r\nMicroPython');
    const start = sink.text.length;
    await transport.write(Buffer.from("open('kept.txt').read()\r"));
    await sink.receiveText("'12'");
    assert.ok(sink.text.length > start);
    assert.deepEqual(sink.closings, []);
  });

  it('says why a device did not start', async () => {
    const broken = writeProgram("process.stderr.write('no module of that name'); process.exitCode = 3");
    try {
      const transport = new SimTransport(name, { program: broken.program });
      await assert.rejects(transport.open(new RecordingSink(), signal), {
        code: 'OPEN_FAILED',
        message: `cannot open sim:${name}: its process ended (exit code 3) no module of that name`,
      });
      await transport.close();
    } finally {
      broken.dispose();
    }
  });

  it('lets a process that has closed its device end at once, and takes the device with it', async () => {
    const library = join(__dirname, '../../../dist/lib/transport/sim-transport.js');
    const source = `
      const { SimTransport } = require(${JSON.stringify(library)});
      const transport = new SimTransport('short-lived');
      transport.open({ data() {}, closed() {} }, new AbortController().signal).then(async () => {
        process.stdout.write(String(transport.processId));
        await transport.close();
      });`;
    const started = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', source], { timeout: 15_000 });
    // Well below the 10 s that the device would stay powered.
    assert.ok(performance.now() - started < 8_000);
    await processGone(Number(stdout));
  });
});

describe('simFactory', () => {
  it('takes an empty name and a plain one', () => {
    assert.equal(simFactory('', {}, 'sim:').address, 'sim:');
    assert.equal(simFactory('kitchen-2', {}, 'sim:kitchen-2').address, 'sim:kitchen-2');
  });

  it('refuses other characters', () => {
    assert.throws(() => simFactory('a b', {}, 'sim:a b'), { code: 'INVALID_ADDRESS', address: 'sim:a b' });
  });
});
