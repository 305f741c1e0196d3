import { registerTransport, type ByteSink, type Transport, type TransportTraits } from '../dist/lib/index';

/** Milliseconds until the reply: a board on USB takes one or two. */
const LATENCY = 2;
const NOTHING = Buffer.alloc(0);
const BANNER = Buffer.from('raw REPL; CTRL-B to exit\r\n>');

/**
 * A device that costs nothing, to fill a process with: it speaks the raw REPL as far as `eval` needs it, and the value
 * of every expression is the number of commands until then.
 */
class Responder implements Transport {
  readonly traits: TransportTraits = { pushesBack: true, eightBit: true, rawPaste: true };
  #sink: ByteSink | undefined;
  #heard: Buffer = NOTHING;
  #evaluated = 0;

  constructor(readonly address: string) {}

  open(sink: ByteSink): Promise<void> {
    this.#sink = sink;
    return Promise.resolve();
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#heard = Buffer.concat([this.#heard, bytes]);
    this.#answer();
    return Promise.resolve();
  }

  close(): Promise<void> {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.closed();
    return Promise.resolve();
  }

  #answer(): void {
    const last = this.#heard.at(-1);
    if (last === 0x01) this.#say(BANNER);
    else if (last === 0x04) this.#say(this.#run(this.#heard.toString('latin1')));
    else if (last !== 0x02 && last !== 0x03) return;
    this.#heard = NOTHING;
  }

  #run(code: string): Buffer {
    const mark = /print\('\\4(~\w+)'/.exec(code)?.[1] ?? '';
    const value = code.includes('eval(') ? `\x04=[${++this.#evaluated}]\x04=` : '';
    return Buffer.from(`OK${value}\x04${mark}\x04\x04>`, 'latin1');
  }

  #say(bytes: Buffer): void {
    setTimeout(() => this.#sink?.data(bytes), LATENCY);
  }
}

/** Registers `responder:<name>`. @returns takes it away again */
export function registerResponders(): () => void {
  return registerTransport('responder', (_rest, _options, address) => new Responder(address));
}
