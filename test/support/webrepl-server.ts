import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { RecordingSink } from './recording-sink';
import type { TransportPeer } from './transport-contract';

export interface WebReplServerOptions {
  /** Default `secret`. */
  password?: string;
  /** Key and certificate: the server then speaks TLS, as a proxy in front of a device does. */
  tls?: { key: string; cert: string };
  /** Answers version requests of the file protocol; default true. */
  receipts?: boolean;
  /** Bytes that its input ring holds; default 255. What does not fit is lost, as on the device. */
  ring?: number;
  /** Milliseconds until the interpreter has emptied the ring; default 2. */
  drainTime?: number;
  /** Given what the client types after the login, so that any REPL can be put behind the server. */
  onInput?: (bytes: Buffer) => void;
}

export interface WebReplServer extends TransportPeer {
  readonly url: string;
  /** Close codes of the connections that ended; 1005: the close frame had no code. */
  readonly closeCodes: number[];
  /** Bytes lost because the ring was full. */
  lostBytes(): number;
  /** Output of the device: a text frame, whatever the bytes are. */
  send(bytes: Uint8Array): void;
  /** A binary frame, as the file protocol uses. */
  sendBinary(bytes: Uint8Array): void;
  /** Breaks the connection without a farewell. */
  cut(): Promise<void>;
  pause(): void;
  stop(): Promise<void>;
}

/**
 * Behaves like MicroPython's WebREPL (extmod/modwebrepl.c, modwebsocket.c and webrepl.py): prompts for the password,
 * serves one client at a time and hangs up on a second one, sends text frames with any bytes, ignores pings.
 */
export async function startWebReplServer(options: WebReplServerOptions = {}): Promise<WebReplServer> {
  const { password = 'secret', receipts = true, ring = 255, drainTime = 2 } = options;
  const http = options.tls ? createHttpsServer(options.tls) : createHttpServer((_request, response) => response.end());
  const wss = new WebSocketServer({ server: http, autoPong: false, skipUTF8Validation: true });
  const sink = new RecordingSink();
  const closeCodes: number[] = [];
  let client: WebSocket | undefined;
  let lost = 0;
  let waiting: Buffer[] = [];
  let drain: NodeJS.Timeout | undefined;

  const type = (bytes: Buffer) => {
    const room = ring - waiting.reduce((sum, chunk) => sum + chunk.length, 0);
    lost += Math.max(0, bytes.length - room);
    waiting.push(bytes.subarray(0, room));
    drain ??= setTimeout(() => {
      const taken = Buffer.concat(waiting);
      waiting = [];
      drain = undefined;
      sink.data(taken);
      options.onInput?.(taken);
    }, drainTime);
  };

  wss.on('connection', (socket, request) => {
    socket.on('error', () => {});
    if (client) return void request.socket.destroy();
    client = socket;
    let typed: string | undefined = '';
    const text = (message: string) => socket.send(message);
    text('Password: ');
    socket.on('close', (code) => {
      closeCodes.push(code);
      client = undefined;
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        if (receipts && data.length === 82 && data.toString('latin1', 0, 3) === 'WA\x03')
          socket.send(Buffer.of(1, 28, 0));
        return;
      }
      let rest = data;
      while (typed !== undefined && rest.length > 0) {
        const character = String.fromCharCode(rest[0]!);
        rest = rest.subarray(1);
        if (character !== '\r' && character !== '\n') {
          if (typed.length < 10) typed += character;
        } else if (typed === password) {
          typed = undefined;
          text('\r\nWebREPL connected\r\n>>> ');
        } else {
          text('\r\nAccess denied\r\n');
          // dupterm drops a stream that ends, without a close frame.
          request.socket.end();
          return;
        }
      }
      if (rest.length > 0) type(rest);
    });
  });

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    url: `${options.tls ? 'wss' : 'ws'}://127.0.0.1:${port}/`,
    closeCodes,
    lostBytes: () => lost,
    send: (bytes) => client?.send(bytes, { binary: false }),
    sendBinary: (bytes) => client?.send(bytes, { binary: true }),
    receive: (count) => sink.receive(count, 20_000),
    pause: () => client?.pause(),
    cut: async () => {
      const socket = client;
      if (!socket) return;
      const ended = once(socket, 'close');
      socket.terminate();
      await ended;
    },
    stop: async () => {
      clearTimeout(drain);
      for (const socket of wss.clients) socket.terminate();
      wss.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
