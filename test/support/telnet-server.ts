import type { Socket } from 'node:net';
import {
  DO,
  DONT,
  escapeIac,
  negotiate,
  subnegotiate,
  TelnetDecoder,
  TelnetOption,
  WILL,
  WONT,
} from '../../src/lib/transport/telnet';
import { RecordingSink } from './recording-sink';
import { startTcpServer, type TcpServer } from './tcp-server';

export interface TelnetServerOptions {
  /** Options that it refuses. */
  refuses?: number[];
  /** Commands of the COM port option that it does not answer. */
  mute?: number[];
}

export interface TelnetServer extends TcpServer {
  /** Commands of the COM port option in the order they came: number, then value. */
  readonly controls: number[][];
  /** Sends a subnegotiation of the COM port option. */
  notify(...bytes: number[]): void;
}

/** A small RFC 2217 server whose manners the test chooses. */
export async function startTelnetServer(options: TelnetServerOptions = {}): Promise<TelnetServer> {
  const { refuses = [], mute = [] } = options;
  const sink = new RecordingSink();
  const controls: number[][] = [];
  let client: Socket | undefined;
  const server = await startTcpServer((socket) => {
    client = socket;
    const decoder = new TelnetDecoder();
    socket.on('data', (chunk) => {
      for (const event of decoder.push(chunk)) {
        if (event.type === 'data') sink.data(event.bytes);
        else if (event.type === 'option') {
          const agreed = !refuses.includes(event.option);
          if (event.verb === WILL) socket.write(negotiate(agreed ? DO : DONT, event.option));
          if (event.verb === DO) socket.write(negotiate(agreed ? WILL : WONT, event.option));
        } else {
          controls.push([...event.bytes]);
          const [command = 0, ...value] = event.bytes;
          if (!mute.includes(command)) socket.write(subnegotiate(TelnetOption.COM_PORT, [command + 100, ...value]));
        }
      }
    });
  });
  return {
    ...server,
    controls,
    notify: (...bytes) => void client?.write(subnegotiate(TelnetOption.COM_PORT, bytes)),
    send: (bytes) => void client?.write(escapeIac(bytes)),
    receive: (count) => sink.receive(count, 20_000),
  };
}
