import assert from 'node:assert/strict';
import { TcpTransport } from '../../../src/lib/transport/tcp-transport';
import { RecordingSink } from '../../support/recording-sink';
import { startSilentHost } from '../../support/silent-host';
import { startTcpServer, unusedPort } from '../../support/tcp-server';
import { describeTransportContract } from '../../support/transport-contract';

describeTransportContract('TcpTransport', async () => {
  const server = await startTcpServer();
  return {
    transport: new TcpTransport('127.0.0.1', server.port),
    peer: server,
    cut: () => server.cut(),
    stuck: () => new TcpTransport('a-name-server-that-is-silent.invalid', 1, { lookup: () => {} }),
    failing: async () => ({ transport: new TcpTransport('127.0.0.1', await unusedPort()), code: 'OPEN_FAILED' }),
    dispose: () => server.stop(),
  };
});

describe('TcpTransport', () => {
  const signal = new AbortController().signal;

  it('says what a refused connection means, with the system’s code', async () => {
    const transport = new TcpTransport('127.0.0.1', await unusedPort());
    await assert.rejects(transport.open(new RecordingSink(), signal), /nothing listens on this port.*ECONNREFUSED/);
  });

  it('says that there is no such host', async () => {
    const lookup = (
      _host: string,
      _options: unknown,
      callback: (error: NodeJS.ErrnoException, address: string) => void,
    ) => callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '');
    const transport = new TcpTransport('no-such-host.invalid', 1, { lookup });
    await assert.rejects(transport.open(new RecordingSink(), signal), /no host of this name \(ENOTFOUND\)/);
  });

  it('gives up after the connect timeout', async () => {
    const transport = new TcpTransport('silent.invalid', 1, { lookup: () => {}, connectTimeout: 20 });
    await assert.rejects(transport.open(new RecordingSink(), signal), {
      code: 'OPEN_FAILED',
      message: 'cannot open tcp://silent.invalid:1: no answer within 0.02 s',
    });
  });

  it('counts a peer that takes nothing for the stall timeout as lost', async () => {
    const server = await startTcpServer();
    const sink = new RecordingSink();
    const transport = new TcpTransport('127.0.0.1', server.port, { stallTimeout: 100 });
    await transport.open(sink, signal);
    server.pause();
    // More than the system buffers.
    await assert.rejects(transport.write(Buffer.alloc(32 * 1024 * 1024)), { code: 'CONNECTION_LOST' });
    assert.match(String(await sink.whenClosed()), /taken nothing for 0.1 s/);
    await transport.close();
    await server.stop();
  });

  it('notices a half-open connection: a peer that vanished without a farewell', async function () {
    this.timeout(60_000);
    const host = await startSilentHost();
    if (!host) return this.skip();
    const sink = new RecordingSink();
    const transport = new TcpTransport(host.host, host.port, { keepAliveDelay: 1_000 });
    try {
      await transport.open(sink, signal);
      host.vanish();
      // One second of silence, then ten probes a second apart.
      const error = await sink.whenClosed(30_000);
      assert.equal((error as { code?: string }).code, 'CONNECTION_LOST');
      assert.match(String(error), /ETIMEDOUT/);
    } finally {
      await transport.close();
      await host.stop();
    }
  });

  it('lets the peer take the last bytes before it closes', async () => {
    const server = await startTcpServer();
    const transport = new TcpTransport('127.0.0.1', server.port);
    await transport.open(new RecordingSink(), signal);
    await transport.write(Buffer.from('goodbye'));
    await transport.close();
    assert.equal((await server.receive(7)).toString(), 'goodbye');
    await server.stop();
  });
});
