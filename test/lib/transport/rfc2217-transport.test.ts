import assert from 'node:assert/strict';
import { Rfc2217Transport } from '../../../src/lib/transport/rfc2217-transport';
import { TelnetOption } from '../../../src/lib/transport/telnet';
import { openPty } from '../../support/pty';
import { RecordingSink } from '../../support/recording-sink';
import { findSer2net, startSer2net } from '../../support/ser2net';
import { startTcpServer, unusedPort } from '../../support/tcp-server';
import { startTelnetServer } from '../../support/telnet-server';
import { describeTransportContract } from '../../support/transport-contract';

const HOST = '127.0.0.1';
const signal = new AbortController().signal;

describeTransportContract('Rfc2217Transport', async () => {
  const server = await startTelnetServer();
  const silent = await startTcpServer();
  return {
    transport: new Rfc2217Transport(HOST, server.port),
    peer: server,
    cut: () => server.cut(),
    stuck: () => new Rfc2217Transport(HOST, silent.port),
    failing: async () => ({ transport: new Rfc2217Transport(HOST, await unusedPort()), code: 'OPEN_FAILED' }),
    dispose: async () => {
      await server.stop();
      await silent.stop();
    },
  };
});

describe('Rfc2217Transport', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function telnet(...args: Parameters<typeof startTelnetServer>) {
    const server = await startTelnetServer(...args);
    cleanups.push(() => server.stop());
    return server;
  }
  function transportTo(port: number, options: ConstructorParameters<typeof Rfc2217Transport>[2] = {}) {
    const transport = new Rfc2217Transport(HOST, port, options);
    cleanups.push(() => transport.close());
    return transport;
  }

  it('sets speed, 8N1, no flow control, and DTR and RTS to the same level', async () => {
    const server = await telnet();
    const transport = transportTo(server.port, { baudRate: 921_600 });
    await transport.open(new RecordingSink(), signal);
    assert.deepEqual(server.controls, [
      [10, 0],
      [11, 0],
      [5, 8],
      [5, 11],
      [1, 0, 0x0e, 0x10, 0],
      [2, 8],
      [3, 1],
      [4, 1],
      [5, 1],
    ]);
  });

  it('resets the chip by DTR and RTS, and raises DTR before RTS', async () => {
    const server = await telnet();
    const transport = transportTo(server.port);
    await transport.open(new RecordingSink(), signal);
    server.controls.length = 0;
    await transport.hardReset!();
    assert.deepEqual(server.controls, [
      [5, 9],
      [5, 11],
      [5, 12],
      [5, 8],
      [5, 11],
    ]);
  });

  it('works with a server that answers only some settings', async () => {
    const server = await telnet({ mute: [3, 4, 5, 10, 11] });
    const transport = transportTo(server.port, { controlTimeout: 50 });
    await transport.open(new RecordingSink(), signal);
    await transport.write(Buffer.from('x'));
    assert.equal(String(await server.receive(1)), 'x');
  });

  it('works without line settings and reset when the server refuses COM port control', async () => {
    const server = await telnet({ refuses: [TelnetOption.COM_PORT] });
    const transport = transportTo(server.port);
    await transport.open(new RecordingSink(), signal);
    assert.deepEqual(server.controls, []);
    assert.equal(transport.hardReset, undefined);
    await transport.write(Uint8Array.of(255, 0, 255));
    assert.deepEqual([...(await server.receive(3))], [255, 0, 255]);
  });

  it('says what to configure when the server refuses binary transmission', async () => {
    const server = await telnet({
      refuses: [TelnetOption.BINARY, TelnetOption.SUPPRESS_GO_AHEAD, TelnetOption.COM_PORT],
    });
    const opening = transportTo(server.port).open(new RecordingSink(), signal);
    await assert.rejects(opening, { code: 'OPEN_FAILED', message: /refuses binary transmission.*telnet\(rfc2217\)/ });
  });

  it('says that a plain TCP port is none of its kind', async () => {
    const server = await startTcpServer();
    cleanups.push(() => server.stop());
    const opening = transportTo(server.port, { negotiationTimeout: 50 }).open(new RecordingSink(), signal);
    await assert.rejects(opening, { code: 'OPEN_FAILED', message: /does not answer as a telnet server.*tcp:\/\// });
  });

  it('quotes a web server that answers', async () => {
    const server = await startTcpServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    cleanups.push(() => server.stop());
    const opening = transportTo(server.port).open(new RecordingSink(), signal);
    await assert.rejects(opening, { code: 'OPEN_FAILED', message: /it said "HTTP\/1.1 400 Bad Request"/ });
  });

  it('stops sending while the server asks for it', async () => {
    const server = await telnet();
    const sink = new RecordingSink();
    const transport = transportTo(server.port);
    await transport.open(sink, signal);
    server.notify(108);
    await server.send(Buffer.from('suspended'));
    await sink.receive(9);
    const written = transport.write(Buffer.from('later'));
    await server.send(Buffer.from('.'));
    await sink.receive(10);
    assert.equal(await Promise.race([written.then(() => 'sent'), Promise.resolve('held')]), 'held');
    server.notify(109);
    await written;
    assert.equal(String(await server.receive(5)), 'later');
  });
});

describe('Rfc2217Transport with the real ser2net', function () {
  const program = findSer2net();
  const cleanups: (() => Promise<void> | void)[] = [];
  before(function () {
    if (!program) this.skip();
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function start() {
    const pair = await openPty();
    cleanups.push(() => pair.close());
    const serial = new RecordingSink();
    pair.onData((chunk) => serial.data(chunk));
    const server = await startSer2net(program!, pair.path, await unusedPort());
    cleanups.push(() => server.stop());
    return { pair, serial, server };
  }
  function connect(port: number) {
    const transport = new Rfc2217Transport(HOST, port);
    cleanups.push(() => transport.close());
    return transport;
  }
  const everyByte = Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 0xff));

  it('carries all byte values both ways', async () => {
    const { pair, serial, server } = await start();
    const sink = new RecordingSink();
    const transport = connect(server.port);
    await transport.open(sink, signal);
    await transport.write(everyByte);
    assert.deepEqual(await serial.receive(everyByte.length), everyByte);
    await pair.write(everyByte);
    assert.deepEqual(await sink.receive(everyByte.length), everyByte);
  });

  it('agrees on COM port control, so that the chip can be reset', async () => {
    const { server } = await start();
    const transport = connect(server.port);
    await transport.open(new RecordingSink(), signal);
    assert.equal(typeof transport.hardReset, 'function');
    await transport.hardReset!();
  });

  it('reports a busy port as PORT_BUSY', async () => {
    const { server } = await start();
    await connect(server.port).open(new RecordingSink(), signal);
    const second = connect(server.port).open(new RecordingSink(), signal);
    await assert.rejects(second, { code: 'PORT_BUSY', message: /already in use/ });
  });

  it('notices that ser2net was killed, and connects again after its restart', async () => {
    const { serial, server } = await start();
    const sink = new RecordingSink();
    await connect(server.port).open(sink, signal);
    await server.kill();
    assert.equal(((await sink.whenClosed()) as { code?: string }).code, 'CONNECTION_LOST');
    await server.restart();
    const again = connect(server.port);
    await again.open(new RecordingSink(), signal);
    await again.write(Buffer.from('back'));
    assert.match(String(await serial.receive(4)), /back$/);
  });
});
