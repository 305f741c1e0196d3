import { delay } from '../deadline';
import { printable, TransportError } from '../errors';
import { ComPortNotice, lineSettings, quietNotices, setDtr, setRts, type ComPortRequest } from './com-port';
import { TcpTransport, type TcpTransportOptions } from './tcp-transport';
import { escapeIac, TelnetDecoder, TelnetOption } from './telnet';
import { TelnetOptions } from './telnet-options';
import type { TransportOptions, TransportTraits } from './transport';

const { BINARY, SUPPRESS_GO_AHEAD, COM_PORT } = TelnetOption;

/** Milliseconds in which a server speaks first, if it is one of those that do. */
const GREETING_TIMEOUT = 500;
/** Milliseconds for the server to say what it will do. */
const NEGOTIATION_TIMEOUT = 3_000;
/** Milliseconds for the answers to settings; some servers answer only a few of them (mpremote's pull request 12500). */
const CONTROL_TIMEOUT = 500;
/** Milliseconds that the reset line is held, and that a chip then needs to read its boot pins. */
const RESET_PULSE = 100;
const BOOT_PINS = 100;

export interface Rfc2217TransportOptions
  extends TcpTransportOptions, Pick<TransportOptions, 'baudRate' | 'dtr' | 'rts'> {
  /** Milliseconds to wait for the server to speak first; default 100. */
  greetingTimeout?: number;
  /** Milliseconds for the server to agree on options; default 3000. */
  negotiationTimeout?: number;
  /** Milliseconds for the answers to line settings, after which they are taken as done; default 500. */
  controlTimeout?: number;
}

/**
 * A serial port on another machine: telnet with COM port control, `rfc2217://host:port`, as served by ser2net,
 * esptool's `esp_rfc2217_server` or pyserial's example.
 *
 *   TCP bytes -> TelnetDecoder -> data -> sink            write -> escapeIac -> TCP
 *                              -> options, answers to control commands
 *
 * Binary transmission both ways is a must. A server that refuses COM port control keeps its own line settings and
 * cannot reset the chip; the rest works. The receive buffer of the server is never purged: there may be an answer in it.
 */
export class Rfc2217Transport extends TcpTransport {
  // The far end is a UART: TCP pushes back as far as the bridge, and the chip's own ring of 256 bytes does not.
  override readonly traits: TransportTraits = { pushesBack: false, eightBit: true, rawPaste: true };
  /** Restarts the chip through DTR and RTS. Absent where the server has no COM port control. */
  hardReset?: () => Promise<void>;

  readonly #decoder = new TelnetDecoder();
  readonly #options = new TelnetOptions({
    ours: [BINARY, SUPPRESS_GO_AHEAD, COM_PORT],
    theirs: [BINARY, SUPPRESS_GO_AHEAD],
  });
  readonly #settings: Rfc2217TransportOptions;
  readonly #answers: number[] = [];
  /** What the server says before it agrees on anything; `Port already in use` comes that way. */
  #greeting: Uint8Array = new Uint8Array();
  #spoken = false;
  #wake: () => void = () => {};
  #suspended = false;
  #held: (() => void) | undefined;

  constructor(
    host: string,
    port: number,
    options: Rfc2217TransportOptions = {},
    address = `rfc2217://${host}:${port}`,
  ) {
    super(host, port, options, address);
    this.#settings = options;
  }

  protected override async connect(signal: AbortSignal): Promise<void> {
    await super.connect(signal);
    // A server that is busy says so and closes; bytes sent into that would make the system drop what it said.
    await this.#until(() => this.#spoken, this.#settings.greetingTimeout ?? GREETING_TIMEOUT, signal);
    super.send(Buffer.concat(this.#options.offer()), () => {});
    const options = this.#options;
    await this.#until(
      () =>
        options.ours(BINARY) !== 'asked' && options.theirs(BINARY) !== 'asked' && options.ours(COM_PORT) !== 'asked',
      this.#settings.negotiationTimeout ?? NEGOTIATION_TIMEOUT,
      signal,
    );
    if (options.ours(BINARY) !== 'yes' || options.theirs(BINARY) !== 'yes') throw this.#noBinary();
    if (options.ours(COM_PORT) !== 'yes') return;
    this.hardReset = () => this.#hardReset();
    const { baudRate = 115_200, dtr = true, rts = true } = this.#settings;
    // Both lines in one go and to the same level: when they differ, the auto-reset circuit of ESP boards acts.
    // Not waited for: ser2net does not answer them when the port has no such lines (USB CDC, pseudo-terminal).
    this.#send([...quietNotices(), setDtr(dtr), setRts(rts)]);
    await this.#control(lineSettings(baudRate), signal);
  }

  protected override received(chunk: Uint8Array): void {
    this.#spoken = true;
    for (const event of this.#decoder.push(chunk)) {
      if (event.type === 'data') {
        if (this.#greeting.length < 200) this.#greeting = Buffer.concat([this.#greeting, event.bytes]);
        super.received(event.bytes);
      } else if (event.type === 'option') {
        const answer = this.#options.receive(event.verb, event.option);
        if (answer) super.send(answer, () => {});
      } else if (event.option === COM_PORT) {
        this.#comPort(event.bytes[0]);
      }
    }
    this.#wake();
  }

  protected override send(slice: Uint8Array, done: (error?: Error | null) => void): void {
    const go = () => super.send(escapeIac(slice), done);
    if (this.#suspended) this.#held = go;
    else go();
  }

  protected override openFailed(what: string, cause?: unknown): TransportError {
    const said = printable(this.#greeting).replaceAll('\\r', '').replaceAll('\\n', ' ').trim();
    if (said === '') return super.openFailed(what, cause);
    // ser2net has no other way to say so than this text.
    if (/already in use/i.test(said)) {
      return new TransportError('PORT_BUSY', `cannot open ${this.address}: the server says "${said}"`, {
        address: this.address,
        cause,
      });
    }
    return super.openFailed(`${what}; it said "${said}"`, cause);
  }

  #noBinary(): TransportError {
    const silent = this.#options.ours(BINARY) === 'asked' && this.#options.theirs(BINARY) === 'asked';
    return this.openFailed(
      silent
        ? 'it does not answer as a telnet server; for a plain TCP port use tcp://'
        : 'the telnet server refuses binary transmission, so it would change bytes; with ser2net use "accepter: telnet(rfc2217),tcp,<port>"',
    );
  }

  #comPort(command: number | undefined): void {
    if (command === undefined) return;
    if (command === ComPortNotice.FLOWCONTROL_SUSPEND) this.#suspended = true;
    else if (command === ComPortNotice.FLOWCONTROL_RESUME) {
      this.#suspended = false;
      const go = this.#held;
      this.#held = undefined;
      go?.();
    } else this.#answers.push(command);
  }

  #send(requests: ComPortRequest[]): void {
    super.send(Buffer.concat(requests.map((request) => request.bytes)), () => {});
  }

  /** Sends the requests and waits until all are answered, or long enough. */
  async #control(requests: ComPortRequest[], signal?: AbortSignal): Promise<void> {
    this.#answers.length = 0;
    const due = requests.map((request) => request.answer);
    this.#send(requests);
    const answered = () => {
      const got = [...this.#answers];
      return due.every((answer) => {
        const at = got.indexOf(answer);
        if (at >= 0) got.splice(at, 1);
        return at >= 0;
      });
    };
    await this.#until(answered, this.#settings.controlTimeout ?? CONTROL_TIMEOUT, signal);
  }

  /**
   * The circuit of ESP boards pulls the reset pin low when RTS is on and DTR off, and the boot pin when DTR is on and
   * RTS off. So DTR goes first on the way back: the other order would reset a second time.
   */
  async #hardReset(): Promise<void> {
    const { dtr = true, rts = true } = this.#settings;
    await this.#control([setDtr(false), setRts(true)]);
    await delay(RESET_PULSE);
    await this.#control([setRts(false)]);
    await delay(BOOT_PINS);
    await this.#control([setDtr(dtr), setRts(rts)]);
  }

  /** Resolves when `done()` holds after something came, or after `ms`; rejects when the signal fires. */
  #until(done: () => boolean, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#wake = () => {};
        settle();
      };
      const onAbort = () => finish(() => reject(signal?.reason as Error));
      const timer = setTimeout(() => finish(resolve), ms);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#wake = () => {
        if (done()) finish(resolve);
      };
      if (signal?.aborted) onAbort();
      else this.#wake();
    });
  }
}
