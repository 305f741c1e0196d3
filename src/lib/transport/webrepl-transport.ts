import type { WebSocket } from 'ws';
import { TransportError } from '../errors';
import { LinkTransport, type LinkTransportOptions } from './link-transport';
import { describeNetworkFailure } from './network-failure';
import { KEEP_ALIVE_DELAY } from './tcp-transport';
import type { TransportTraits } from './transport';
import { WEBREPL_WINDOW, WebReplFlow } from './webrepl-flow';
import { webReplLogin } from './webrepl-login';

/** Milliseconds that the device gets to answer our close frame. */
const FAREWELL = 500;
/** Milliseconds to wait for the answer to the first version request, which shows whether receipts can be had. */
const RECEIPT_TIMEOUT = 1_000;
/** Milliseconds between pings through a proxy, which drops a silent connection after a minute. */
const PING_INTERVAL = 30_000;

/** WebREPL's file protocol, request 3 (version): 'WA', type, and the rest of an 82-byte header empty. */
const VERSION_REQUEST = Buffer.alloc(82);
VERSION_REQUEST.write('WA\x03', 'latin1');
const VERSION_LENGTH = 3;

export interface WebReplTransportOptions extends LinkTransportOptions {
  /** Password of the WebREPL, 4 to 9 characters. */
  password?: string;
  /** Certificates of authorities to trust for `wss://`, as PEM; default: those of Node.js. */
  ca?: string | Buffer;
  /** Milliseconds to find out whether the device gives receipts; default 1000. */
  receiptTimeout?: number;
}

/**
 * MicroPython's WebREPL: `ws://host:8266`, or `wss://` through a proxy that adds TLS.
 *
 *   open: upgrade -> "Password: " -> password -> "WebREPL connected" -> version request -> ready
 *   text frames are the REPL both ways; binary frames are WebREPL's file protocol, used for receipts only
 *
 * MicroPython puts raw bytes into text frames (micropython/micropython issue 6912), hence `skipUTF8Validation`, and takes
 * raw bytes from them. A strict proxy between would not let them pass: what is no text had better not be sent, and so
 * say the traits.
 */
export class WebReplTransport extends LinkTransport {
  readonly traits: TransportTraits = { pushesBack: false, eightBit: false, rawPaste: false };
  readonly #url: string;
  readonly #options: WebReplTransportOptions;
  readonly #flow = new WebReplFlow(() => this.#socket?.send(VERSION_REQUEST));
  #socket: WebSocket | undefined;
  #pings: NodeJS.Timeout | undefined;
  #stage: 'connecting' | 'upgraded' | 'asked' | 'answered' | 'connected' = 'connecting';
  #said = '';
  #loggedIn: () => void = () => {};
  #refused: (error: Error) => void = () => {};
  #gotReceipt: () => void = () => {};

  /**
   * @param url `ws://host:port/` or `wss://…`, without credentials
   * @param address for messages; default the url
   */
  constructor(url: string, options: WebReplTransportOptions = {}, address = url) {
    super(address, { ...options, sliceSize: WEBREPL_WINDOW });
    this.#url = url;
    this.#options = options;
  }

  protected async connect(signal: AbortSignal): Promise<void> {
    if (/[\r\n]/.test(this.#options.password ?? '')) throw this.#authFailed('the password contains a line break');
    await this.#logIn(signal);
    await this.#tryReceipts(signal);
    if (this.#url.startsWith('wss:')) {
      // Only a proxy speaks TLS. MicroPython itself ignores pings, and TCP's keep-alive watches over it.
      this.#pings = setInterval(() => this.#socket?.ping(), PING_INTERVAL);
      this.#pings.unref();
    }
  }

  async #logIn(signal: AbortSignal): Promise<void> {
    const { WebSocket } = await import('ws');
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      const settled = () => signal.removeEventListener('abort', onAbort);
      this.#loggedIn = () => (settled(), resolve());
      this.#refused = (error) => (settled(), reject(error));

      const socket = new WebSocket(this.#url, {
        perMessageDeflate: false,
        skipUTF8Validation: true,
        ...(this.#options.ca && { ca: this.#options.ca }),
      });
      this.#socket = socket;
      let failure: Error | undefined;
      // Stays for ever: an error after close must not end the process.
      socket.on('error', (error) => {
        failure = error;
        this.#refused(this.openFailed(describeWebSocketFailure(error), error));
      });
      socket.on('unexpected-response', (request, response) => {
        request.destroy();
        const status = `HTTP ${response.statusCode} ${response.statusMessage ?? ''}`.trim();
        this.#refused(this.openFailed(`a web server answers there, but no WebREPL (${status})`));
      });
      socket.on('upgrade', (response) => {
        this.#stage = 'upgraded';
        response.socket.setKeepAlive(true, KEEP_ALIVE_DELAY);
      });
      socket.on('message', (data, isBinary) => this.#message(data as Buffer, isBinary));
      socket.on('close', () => {
        if (this.#stage !== 'connected') this.#refused(this.#closedEarly());
        else this.lost(failure ? describeNetworkFailure(failure) : 'the device closed the WebREPL', failure);
      });
    });
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      if (data.length === VERSION_LENGTH) this.#gotReceipt();
    } else if (this.#stage === 'connected') this.received(data);
    else this.#loginText(data);
  }

  #loginText(data: Buffer): void {
    // The tail is enough: a server that never stops talking must not fill the memory.
    this.#said = (this.#said + data.toString('latin1')).slice(-2_000);
    const next = webReplLogin(this.#said, this.#stage === 'answered');
    if (next.step === 'send-password') {
      this.#stage = 'asked';
      const { password } = this.#options;
      if (!password) return this.#refused(this.#authFailed('it asks for a password, and none was given'));
      this.#stage = 'answered';
      // CR alone ends the password; a LF behind it would be typed into the REPL.
      this.#socket?.send(`${password}\r`);
    } else if (next.step === 'denied') {
      this.#refused(this.#authFailed('it refused the password (a WebREPL password has 4 to 9 characters)'));
    } else if (next.step === 'connected') {
      this.#stage = 'connected';
      this.#said = '';
      this.received(Buffer.from(next.rest, 'latin1'));
      this.#loggedIn();
    }
  }

  /** Asks for the version once. No answer: the chunks are paced by time. */
  #tryReceipts(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#gotReceipt = () => this.#flow.receipt();
        settle();
      };
      const onAbort = () => finish(() => reject(signal.reason as Error));
      const timer = setTimeout(() => {
        this.#flow.goBlind();
        finish(resolve);
      }, this.#options.receiptTimeout ?? RECEIPT_TIMEOUT);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#gotReceipt = () => finish(resolve);
      if (signal.aborted) onAbort();
      else this.#socket?.send(VERSION_REQUEST);
    });
  }

  protected send(slice: Uint8Array, done: (error?: Error | null) => void): void {
    if (slice.length === 0) return done();
    this.#flow.admit(slice.length, () => this.#socket?.send(slice, { binary: false }, done));
  }

  protected disconnect(graceful: boolean): Promise<void> {
    this.#flow.stop();
    clearInterval(this.#pings);
    const socket = this.#socket;
    if (!socket || socket.readyState === socket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.terminate(), FAREWELL);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      // No status code: MicroPython takes the first byte of a control frame's payload for input
      // (extmod/modwebsocket.c), and the code 1000 begins with 0x03, which is Ctrl-C.
      if (graceful) socket.close();
      else socket.terminate();
    });
  }

  protected override openFailed(what: string, cause?: unknown): TransportError {
    if (this.#stage !== 'upgraded' || cause !== undefined) return super.openFailed(what, cause);
    return super.openFailed(`${what}; the WebSocket is open, but nothing there asks for a password as a WebREPL does`);
  }

  #closedEarly(): TransportError {
    if (this.#stage === 'asked' || this.#stage === 'answered') {
      return this.#authFailed('it closed the connection instead of accepting the password');
    }
    if (this.#stage !== 'upgraded') return this.openFailed('the other end closed the connection');
    const why = 'it hung up before it asked for the password; a WebREPL serves one client at a time, and it has one';
    return new TransportError('PORT_BUSY', `cannot open ${this.address}: ${why}`, { address: this.address });
  }

  #authFailed(why: string): TransportError {
    const hint = 'set it as the password of the device';
    return new TransportError('AUTH_FAILED', `cannot open ${this.address}: ${why}; ${hint}`, { address: this.address });
  }
}

function describeWebSocketFailure(error: Error): string {
  const { code } = error as { code?: unknown };
  // What Node's HTTP parser says of bytes that are no HTTP.
  if (typeof code === 'string' && code.startsWith('HPE_')) return `it is no web server, so no WebREPL (${code})`;
  return describeNetworkFailure(error);
}
