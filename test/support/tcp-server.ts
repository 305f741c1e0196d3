import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { RecordingSink } from './recording-sink';
import type { TransportPeer } from './transport-contract';
import { within } from './within';

export interface TcpServer extends TransportPeer {
  readonly port: number;
  pause(): void;
  /** Breaks the connection without a farewell. */
  cut(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A server on 127.0.0.1 whose one client the test talks to.
 * @param greet called with each client as it connects; whoever gives it also owns the reading
 */
export async function startTcpServer(greet?: (socket: Socket) => void): Promise<TcpServer> {
  const sink = new RecordingSink();
  const clients = new Set<Socket>();
  let arrived: (socket: Socket) => void = () => {};
  const client = new Promise<Socket>((resolve) => (arrived = resolve));
  const server = createServer({ noDelay: true }, (socket) => {
    clients.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => clients.delete(socket));
    if (greet) greet(socket);
    else socket.on('data', (chunk) => sink.data(chunk));
    arrived(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    send: async (bytes) => void (await within(client, 5_000, 'a client')).write(bytes),
    receive: (count) => sink.receive(count, 20_000),
    pause: () => void client.then((socket) => socket.pause()),
    cut: async () => void (await within(client, 5_000, 'a client')).resetAndDestroy(),
    stop: async () => {
      for (const socket of clients) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = await startTcpServer();
  await server.stop();
  return server.port;
}
