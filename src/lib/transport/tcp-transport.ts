import { connect, type LookupFunction, type Socket } from 'node:net';
import { LinkTransport, type LinkTransportOptions } from './link-transport';
import { describeNetworkFailure } from './network-failure';
import type { TransportTraits } from './transport';

/** Idle milliseconds before the first keep-alive probe. libuv then probes each second, ten times: a dead peer is noticed in 20 s. */
export const KEEP_ALIVE_DELAY = 10_000;

/** Milliseconds that a peer gets to answer our FIN, so that the last bytes are not cut off by a reset. */
const FAREWELL = 300;

export interface TcpTransportOptions extends LinkTransportOptions {
  /** Finds the address of a host name; default: the operating system's way. */
  lookup?: LookupFunction;
  /** Idle milliseconds before the first keep-alive probe; default 10000. */
  keepAliveDelay?: number;
}

/**
 * A plain TCP connection: `tcp://host:port`.
 *
 * A peer that vanishes without a FIN is noticed within 20 s while the line is idle (keep-alive probes), and within
 * `stallTimeout` when more is written than the system buffers. A short command into a dead connection is noticed
 * by the engine, whose command gets no answer.
 */
export class TcpTransport extends LinkTransport {
  readonly traits: TransportTraits = { pushesBack: true, eightBit: true, rawPaste: true };
  readonly #host: string;
  readonly #port: number;
  readonly #lookup: LookupFunction | undefined;
  readonly #keepAliveDelay: number;
  #socket: Socket | undefined;

  /**
   * @param host name or IP address; IPv6 without brackets
   * @param port 1 to 65535
   * @param address for messages; default `tcp://host:port`
   */
  constructor(host: string, port: number, options: TcpTransportOptions = {}, address = `tcp://${host}:${port}`) {
    super(address, options);
    this.#host = host;
    this.#port = port;
    this.#lookup = options.lookup;
    this.#keepAliveDelay = options.keepAliveDelay ?? KEEP_ALIVE_DELAY;
  }

  protected connect(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: this.#host,
        port: this.#port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: this.#keepAliveDelay,
        // Node's 250 ms a family are too short for a board that sleeps between the beacons of its access point.
        autoSelectFamilyAttemptTimeout: 2_000,
        ...(this.#lookup && { lookup: this.#lookup }),
      });
      this.#socket = socket;
      let failure: unknown;
      const onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      // Stays for ever: an error after close must not end the process.
      socket.on('error', (error) => {
        failure = error;
        reject(this.openFailed(describeNetworkFailure(error), error));
      });
      socket.on('data', (chunk) => this.received(chunk));
      socket.on('close', () => {
        signal.removeEventListener('abort', onAbort);
        this.lost(failure ? describeNetworkFailure(failure) : 'the other end closed it', failure);
      });
      socket.once('connect', () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  protected send(slice: Uint8Array, done: (error?: Error | null) => void): void {
    this.#socket?.write(slice, done);
  }

  protected disconnect(graceful: boolean): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), FAREWELL);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      if (graceful) socket.end();
      else socket.destroy();
    });
  }
}
