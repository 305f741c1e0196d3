import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { WebReplTransport, type WebReplTransportOptions } from '../../../src/lib/transport/webrepl-transport';
import { webReplLogin } from '../../../src/lib/transport/webrepl-login';
import { RecordingSink } from '../../support/recording-sink';
import { selfSignedCertificate } from '../../support/self-signed';
import { startTcpServer, unusedPort } from '../../support/tcp-server';
import { describeTransportContract } from '../../support/transport-contract';
import { startWebReplServer, type WebReplServerOptions } from '../../support/webrepl-server';

const signal = new AbortController().signal;

describeTransportContract(
  'WebReplTransport',
  async () => {
    const server = await startWebReplServer();
    const silent = await startTcpServer();
    return {
      transport: new WebReplTransport(server.url, { password: 'secret' }),
      peer: server,
      cut: () => server.cut(),
      stuck: () => new WebReplTransport(`ws://127.0.0.1:${silent.port}/`),
      failing: async () => ({
        transport: new WebReplTransport(`ws://127.0.0.1:${await unusedPort()}/`),
        code: 'OPEN_FAILED',
      }),
      dispose: async () => {
        await server.stop();
        await silent.stop();
      },
    };
  },
  { bulkBytes: 16 * 1024 },
);

describe('WebReplTransport', () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function serve(options?: WebReplServerOptions) {
    const server = await startWebReplServer(options);
    cleanups.push(() => server.stop());
    return server;
  }
  async function open(url: string, options: WebReplTransportOptions = { password: 'secret' }) {
    const sink = new RecordingSink();
    const transport = new WebReplTransport(url, options);
    cleanups.push(() => transport.close());
    await transport.open(sink, signal);
    return { transport, sink };
  }

  it('logs in and keeps the dialogue to itself', async () => {
    const server = await serve();
    const { sink } = await open(server.url);
    server.send(Buffer.from('output'));
    assert.equal(await sink.receiveText('output'), 'output');
  });

  it('says that the password was refused', async () => {
    const server = await serve();
    await assert.rejects(open(server.url, { password: 'wrong' }), {
      code: 'AUTH_FAILED',
      message: /refused the password \(a WebREPL password has 4 to 9 characters\)/,
      address: server.url,
    });
  });

  it('says that a password is missing', async () => {
    const server = await serve();
    await assert.rejects(open(server.url, {}), {
      code: 'AUTH_FAILED',
      message: /none was given; set it as the password/,
    });
  });

  it('refuses a password with a line break before it is sent', async () => {
    const server = await serve();
    await assert.rejects(open(server.url, { password: 'secret\n' }), { code: 'AUTH_FAILED', message: /line break/ });
  });

  it('does not tell the password in an error', async () => {
    const server = await serve();
    await assert.rejects(open(server.url, { password: 'hunter2' }), (error: Error) => {
      assert.ok(!JSON.stringify([error.message, error.stack, error]).includes('hunter2'));
      return true;
    });
  });

  it('accepts output that is no UTF-8, and ignores frames of the file protocol', async () => {
    const server = await serve();
    const { sink } = await open(server.url);
    server.send(Uint8Array.of(0x80, 0x01, 0xff));
    server.sendBinary(Buffer.from('WB\0\0'));
    server.send(Uint8Array.of(0xc3));
    assert.deepEqual([...(await sink.receive(4))], [0x80, 0x01, 0xff, 0xc3]);
  });

  it('sends UTF-8 as it is, also where a chunk ends within a character', async () => {
    const server = await serve();
    const { transport } = await open(server.url);
    const code = Buffer.from('é€😀'.repeat(60));
    await transport.write(code);
    assert.deepEqual(await server.receive(code.length), code);
  });

  it('loses nothing in a device whose ring has 255 bytes, with receipts', async () => {
    const server = await serve({ drainTime: 8 });
    const { transport } = await open(server.url);
    const code = Buffer.alloc(5_000, 'abcdefgh');
    await transport.write(code);
    assert.ok((await server.receive(code.length - server.lostBytes())).equals(code));
    assert.equal(server.lostBytes(), 0);
  });

  it('loses nothing in a device that gives no receipts, only slower', async () => {
    const server = await serve({ receipts: false, drainTime: 50 });
    const { transport } = await open(server.url, { password: 'secret', receiptTimeout: 20 });
    const code = Buffer.alloc(1_000, 'abcdefgh');
    await transport.write(code);
    assert.ok((await server.receive(code.length - server.lostBytes())).equals(code));
    assert.equal(server.lostBytes(), 0);
  });

  it('closes without a status code, whose first byte MicroPython would take for Ctrl-C', async () => {
    const server = await serve();
    const { transport } = await open(server.url);
    await transport.close();
    assert.deepEqual(server.closeCodes, [1005]);
  });

  it('reports a WebREPL that has a client already as PORT_BUSY', async () => {
    const server = await serve();
    await open(server.url);
    await assert.rejects(open(server.url), { code: 'PORT_BUSY', message: /one client at a time/ });
  });

  it('says that a web server is no WebREPL', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('nothing here'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await assert.rejects(open(url), { code: 'OPEN_FAILED', message: /no WebREPL \(HTTP 404 Not Found\)/ });
  });

  it('says that something else listens there', async () => {
    const server = await startTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    cleanups.push(() => server.stop());
    await assert.rejects(open(`ws://127.0.0.1:${server.port}/`), { code: 'OPEN_FAILED', message: /no web server/ });
  });

  it('says that a WebSocket without a password prompt is no WebREPL', async () => {
    const server = await startSilentWebSocket();
    cleanups.push(() => server.stop());
    await assert.rejects(open(server.url, { connectTimeout: 100 }), {
      code: 'OPEN_FAILED',
      message: /no answer within 0.1 s; the WebSocket is open, but nothing there asks for a password/,
    });
  });

  describe('with TLS', function () {
    const mine = selfSignedCertificate('IP:127.0.0.1');
    const other = selfSignedCertificate('DNS:elsewhere.example');
    before(function () {
      if (!mine || !other) this.skip();
    });

    it('connects when the certificate is trusted', async () => {
      const server = await serve({ tls: mine! });
      const { transport } = await open(server.url, { password: 'secret', ca: mine!.cert });
      await transport.write(Buffer.from('x'));
      assert.equal(String(await server.receive(1)), 'x');
    });

    it('names a certificate that is not trusted, and the way to trust it', async () => {
      const server = await serve({ tls: mine! });
      await assert.rejects(open(server.url), {
        code: 'OPEN_FAILED',
        message: /signed by itself.*NODE_EXTRA_CA_CERTS.*DEPTH_ZERO_SELF_SIGNED_CERT/,
      });
    });

    it('names a certificate of another host', async () => {
      const server = await serve({ tls: other! });
      await assert.rejects(open(server.url, { password: 'secret', ca: other!.cert }), {
        code: 'OPEN_FAILED',
        message: /for another host name/,
      });
    });

    it('says that the other end speaks no TLS', async () => {
      const server = await serve();
      await assert.rejects(open(server.url.replace('ws:', 'wss:')), {
        code: 'OPEN_FAILED',
        message: /has no TLS, use ws:\/\//,
      });
    });
  });
});

describe('WebREPL login', () => {
  const dialogue = 'Password: \r\nWebREPL connected\r\n>>> more';

  it('understands the dialogue however it is cut', () => {
    fc.assert(
      fc.property(fc.nat(dialogue.length), (cut) => {
        const first = webReplLogin(dialogue.slice(0, cut), cut > 10);
        assert.ok(first.step !== 'denied');
        if (first.step === 'connected') assert.ok('more'.startsWith(first.rest));
      }),
    );
    assert.deepEqual(webReplLogin(dialogue, true), { step: 'connected', rest: 'more' });
  });

  it('asks for the password once', () => {
    assert.deepEqual(webReplLogin('Password: ', false), { step: 'send-password' });
    assert.deepEqual(webReplLogin('Password: ', true), { step: 'wait' });
  });

  it('needs no password where none is asked for', () => {
    assert.deepEqual(webReplLogin('\r\nWebREPL connected\r\n>>> ', false), { step: 'connected', rest: '' });
  });

  it('hears the refusal', () => {
    assert.deepEqual(webReplLogin('Password: \r\nAccess denied\r\n', true), { step: 'denied' });
  });
});

async function startSilentWebSocket(): Promise<{ url: string; stop: () => Promise<void> }> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
