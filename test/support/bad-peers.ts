import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { TelnetOption } from '../../src/lib/transport/telnet';
import { openPty } from './pty';
import { selfSignedCertificate } from './self-signed';
import { startTcpServer, unusedPort } from './tcp-server';
import { startTelnetServer } from './telnet-server';
import { startWebReplServer } from './webrepl-server';

/** Something that answers at an address and is no MicroPython that can be used. */
export interface BadPeer {
  readonly address: string;
  readonly password?: string;
  readonly stop: () => Promise<unknown>;
}

export interface BadPeerCase {
  readonly name: string;
  /** What the error has to be. */
  readonly code: string;
  readonly message: RegExp;
  readonly start: () => Promise<BadPeer>;
}

const bad = (name: string, code: string, message: RegExp, start: () => Promise<BadPeer>): BadPeerCase => ({
  name,
  code,
  message,
  start,
});

export const BAD_PEERS: readonly BadPeerCase[] = [
  bad('a serial device that echoes everything', 'NO_RAW_REPL', /sends back what it is sent/, () =>
    serial((bytes) => bytes),
  ),
  bad('a modem that says ERROR', 'NO_RAW_REPL', /answers as a modem does.*It sent "\\r\\nERROR/, () =>
    serial(() => Buffer.from('\r\nERROR\r\n')),
  ),
  bad('a serial line at the wrong speed', 'NO_RAW_REPL', /sends no text: the baud rate is wrong/, () =>
    serial(() => Buffer.from([0xe0, 0x9c, 0x00, 0xf8, 0x80, 0x1c, 0xfe, 0x18])),
  ),
  bad('a serial device that says nothing', 'NO_RAW_REPL', /did not answer within 10 s/, () => serial(() => undefined)),
  bad('a Python that has no raw REPL', 'NO_RAW_REPL', /Python prompt, but does not enter the raw REPL/, () =>
    serial(() => Buffer.from('\r\nKeyboardInterrupt\r\n>>> ')),
  ),
  bad('an echo server', 'NO_RAW_REPL', /sends back what it is sent/, () => tcp((socket) => void socket.pipe(socket))),
  bad('a program that echoes', 'NO_RAW_REPL', /sends back what it is sent/, () =>
    Promise.resolve({ address: 'exec:cat', stop: () => Promise.resolve() }),
  ),
  bad('a web server on a TCP port', 'NO_RAW_REPL', /is a web server.*It sent "HTTP\/1.1 400/, () => web('tcp')),
  bad('an SSH server', 'NO_RAW_REPL', /is an SSH server.*exec:ssh/, () =>
    tcp((socket) => {
      socket.write('SSH-2.0-OpenSSH_9.6\r\n');
      socket.once('data', () => socket.end('Invalid SSH identification string.\r\n'));
    }),
  ),
  bad('a telnet server on a TCP port', 'NO_RAW_REPL', /speaks telnet: use rfc2217/, () =>
    tcp((socket) => {
      socket.write(Buffer.from([0xff, 0xfd, 0x18, 0xff, 0xfd, 0x20]));
      socket.resume();
    }),
  ),
  bad('the console of a computer', 'NO_RAW_REPL', /asks for a login/, () =>
    tcp((socket) => socket.on('data', () => socket.write('\r\nDebian GNU/Linux 12 gate ttyS0\r\n\r\ngate login: '))),
  ),
  bad('a server that hangs up without a word', 'CONNECTION_LOST', /the other end closed it/, () =>
    tcp((socket) => void socket.once('data', () => socket.end())),
  ),
  bad('a port on which nothing listens', 'OPEN_FAILED', /nothing listens|refused/, async () => ({
    address: `tcp://127.0.0.1:${await unusedPort()}`,
    stop: () => Promise.resolve(),
  })),
  bad('a telnet server that refuses all options', 'OPEN_FAILED', /refuses binary transmission/, async () => {
    const refuses = [TelnetOption.BINARY, TelnetOption.SUPPRESS_GO_AHEAD, TelnetOption.COM_PORT];
    const server = await startTelnetServer({ refuses });
    return { address: `rfc2217://127.0.0.1:${server.port}`, stop: () => server.stop() };
  }),
  bad('a TCP port that speaks no telnet', 'OPEN_FAILED', /does not answer as a telnet server/, async () => {
    const { address, stop } = await tcp((socket) => void socket.resume());
    return { address: address.replace('tcp:', 'rfc2217:'), stop };
  }),
  bad('a web server in place of a serial port', 'OPEN_FAILED', /it said "HTTP\/1.1 400/, () => web('rfc2217')),
  bad('a WebREPL that refuses the password', 'AUTH_FAILED', /password/, () => webRepl({ password: 'wrong' })),
  bad('a WebREPL that wants a password', 'AUTH_FAILED', /password/, () => webRepl({})),
  bad('a web server that is no WebREPL', 'OPEN_FAILED', /no WebREPL|WebSocket/i, () => web('ws')),
  bad('a server that speaks no HTTP in place of a WebREPL', 'OPEN_FAILED', /no web server/, async () => {
    const { address, stop } = await tcp((socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    return { address: address.replace('tcp:', 'ws:'), stop };
  }),
  bad('a WebREPL without TLS where TLS is expected', 'OPEN_FAILED', /has no TLS/, () =>
    webRepl({ password: 'secret', scheme: 'wss' }),
  ),
  ...withCertificate(),
];

function withCertificate(): BadPeerCase[] {
  const tls = selfSignedCertificate('IP:127.0.0.1');
  if (!tls) return [];
  return [
    bad('a certificate that nobody vouches for', 'OPEN_FAILED', /signed by itself.*NODE_EXTRA_CA_CERTS/, async () => {
      const server = await startWebReplServer({ tls });
      return { address: server.url, password: 'secret', stop: () => server.stop() };
    }),
  ];
}

/** A pseudo-terminal whose other end answers each piece of input. */
async function serial(answer: (bytes: Buffer) => Buffer | undefined): Promise<BadPeer> {
  const pty = await openPty();
  pty.onData((bytes) => {
    const said = answer(bytes);
    if (said) void pty.write(said).catch(() => {});
  });
  return { address: pty.path, stop: () => pty.close() };
}

async function tcp(greet: (socket: Socket) => void): Promise<BadPeer> {
  const server = await startTcpServer(greet);
  return { address: `tcp://127.0.0.1:${server.port}`, stop: () => server.stop() };
}

async function web(scheme: string): Promise<BadPeer> {
  const server = createServer((_request, response) => response.end('<html>hello</html>'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { address: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

async function webRepl({ password, scheme = 'ws' }: { password?: string; scheme?: string }): Promise<BadPeer> {
  const server = await startWebReplServer();
  return {
    address: server.url.replace('ws:', `${scheme}:`),
    ...(password === undefined ? {} : { password }),
    stop: () => server.stop(),
  };
}
