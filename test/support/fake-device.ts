/**
 * A device for tests of faults: speaks the REPL as the firmware does, runs "programs" that tests register, and fails
 * on command. In this process, without sleeping.
 *
 *   const device = new FakeDevice({ split: 1 });
 *   device.on(/adc\.read/, (_code, io) => io.print('42\n'));
 *   device.at({ heard: 17 }, () => device.vanish());
 *   const transport = device.createTransport();
 *
 *   transport.write -> wire -> ring (256 bytes) -> FakeRepl -> RunningProgram
 *   sink.data <- pieces, one a turn of the event loop <- said
 */
import type { TransportErrorCode } from '../../src/lib/errors';
import type { Transport, TransportTraits } from '../../src/lib/transport/transport';
import { printedBy, RunningProgram, traceback, type Outcome, type Program } from './fake-program';
import { BOOT_TEXT, FakeRepl, SOFT_REBOOT, type FakeReplOptions } from './fake-repl';
import { FakeTransport, type FakeSocket } from './fake-transport';

export interface FakeDeviceOptions extends FakeReplOptions {
  /** Name of the device in messages; default `fake:`. */
  address?: string;
  /** Default true. False: a UART, which drops what does not fit into the ring while the device does not read. */
  pushesBack?: boolean;
  eightBit?: boolean;
  /** Trait `rawPaste`; default true. */
  rawPasteTrait?: boolean;
  /** Size of the input ring in bytes; default 256. */
  ring?: number;
  /** Largest piece in which output arrives, in bytes; or a seed, for pieces of 1 to 20 bytes that can be repeated. */
  split?: number | { seed: number };
  /** Milliseconds before each piece of output; default: the next turn of the event loop. */
  slow?: number;
  /** Opening the port restarts it, as on boards whose reset line follows DTR. */
  resetOnOpen?: boolean;
  /** Has a reset line, so that its transports have `hardReset`. */
  resetLine?: boolean;
  /** False: takes every byte and says nothing by itself. */
  repl?: boolean;
}

export class FakeDevice {
  readonly #options: FakeDeviceOptions;
  readonly #repl: FakeRepl;
  readonly #programs: { matches: (code: string) => boolean; program: Program }[] = [];
  readonly #syntaxErrors: { pattern: RegExp; error: string }[] = [];
  readonly #triggers: { on: 'heard' | 'said'; at: number; action: () => void }[] = [];
  readonly #heard: Buffer[] = [];
  readonly #said: Buffer[] = [];
  #heardCount = 0;
  #saidCount = 0;
  #link: FakeTransport | undefined;
  /** Sent by the host, not yet arrived: there is no room. */
  #wire: { bytes: Uint8Array; at: number; taken: () => void }[] = [];
  #ring: number[] = [];
  #outbox: Buffer[] = [];
  #delivering = false;
  #pumping = false;
  #program: RunningProgram | undefined;
  #refusals: (TransportErrorCode | 'never')[] = [];
  #random: number;
  #powered = true;

  /** Plugged in. When not, opening fails with `PORT_NOT_FOUND`. */
  present = true;
  /** Takes input and does nothing: no answer, no Ctrl-C. */
  deaf = false;
  /** Does not take its input: the ring fills up. */
  stuck = false;
  /** Times that a transport was opened, and closed by either side. */
  opens = 0;
  closes = 0;
  /** Bytes that did not fit into the ring of a UART. */
  lost = 0;
  /** Source of everything that ran, without the engine's end mark, in order. */
  readonly commands: string[] = [];
  /** Called with what arrives, before the REPL sees it. */
  onHeard: (bytes: Buffer) => void = () => {};
  /** Called at each restart of the interpreter. */
  onReset: (kind: 'soft' | 'hard') => void = () => {};

  constructor(options: FakeDeviceOptions = {}) {
    this.#options = options;
    const { split } = options;
    this.#random = typeof split === 'object' ? split.seed : 1;
    this.#repl = new FakeRepl(
      {
        say: (bytes) => this.say(bytes),
        run: (source) => this.#run(source),
        syntaxError: (source) => this.#syntaxErrors.find(({ pattern }) => pattern.test(source))?.error,
        ready: () => this.#pump(),
        softReset: () => this.reset('soft'),
        hardReset: () => this.reset('hard'),
      },
      options,
    );
  }

  get address(): string {
    return this.#options.address ?? 'fake:';
  }
  /** Everything that arrived from hosts. */
  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }
  /** Everything said, whether a host listened or not. */
  get said(): Buffer {
    return Buffer.concat(this.#said);
  }
  /** Whether a host has it open. */
  get connected(): boolean {
    return this.#link !== undefined;
  }
  get running(): boolean {
    return this.#repl.running;
  }

  /** Registers what happens when code matches; what was registered last goes first. The end mark is not part of the code. */
  on(pattern: RegExp | ((code: string) => boolean), program: Program): this {
    const matches = typeof pattern === 'function' ? pattern : (code: string) => pattern.test(code);
    this.#programs.unshift({ matches, program });
    return this;
  }

  /** Source that matches does not compile; raw paste ends at the line that completes the match. */
  rejectSource(pattern: RegExp, error = traceback('SyntaxError: invalid syntax')): this {
    this.#syntaxErrors.push({ pattern, error });
    return this;
  }

  /** Does `action` exactly when so many more bytes have been heard, or said: not one more gets through before it. */
  at(when: { heard: number } | { said: number }, action: () => void): this {
    const trigger =
      'heard' in when
        ? { on: 'heard' as const, at: this.#heardCount + when.heard, action }
        : { on: 'said' as const, at: this.#saidCount + when.said, action };
    this.#triggers.push(trigger);
    return this;
  }

  /** The next opens fail with these codes, one each; `never`: do not settle. */
  refuse(...codes: (TransportErrorCode | 'never')[]): this {
    this.#refusals.push(...codes);
    return this;
  }

  createTransport(address = this.address): Transport {
    const { pushesBack = true, eightBit = true, rawPasteTrait = true, resetLine = false } = this.#options;
    const traits: TransportTraits = { pushesBack, eightBit, rawPaste: rawPasteTrait };
    const socket: FakeSocket = {
      plugIn: (transport) => this.#plugIn(transport),
      unplugged: (transport) => this.#unplugged(transport),
      receive: (bytes, taken) => this.#receive(bytes, taken),
      reset: () => this.reset('hard'),
    };
    return new FakeTransport(address, traits, socket, resetLine);
  }

  /** Says something out of turn: garbage, output of a thread. */
  say(bytes: Uint8Array | string): void {
    if (this.deaf || !this.present) return;
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes);
    for (let at = 0; at < all.length;) {
      const piece = all.subarray(at, at + this.#untilTrigger('said', this.#saidCount, all.length - at));
      this.#said.push(piece);
      this.#saidCount += piece.length;
      if (this.#link) this.#outbox.push(piece);
      at += piece.length;
      this.#fire('said', this.#saidCount);
      if (this.deaf || !this.present) break;
    }
    this.#deliver();
  }

  /** Pulls the cable. Power is gone too, so `plugIn` is a cold start; with `keepPower` the interpreter goes on. */
  vanish({ keepPower = false } = {}): void {
    this.present = false;
    this.#powered = keepPower;
    if (!keepPower) this.#end();
    this.#link?.lose('the fake device vanished');
  }

  plugIn(): void {
    if (this.present) return;
    this.present = true;
    if (!this.#powered) this.reset('hard');
    this.#powered = true;
  }

  /** Restarts the interpreter, in mid-command too. Hard: with the boot text of an ESP32, and in the friendly REPL. */
  reset(kind: 'soft' | 'hard' = 'hard'): void {
    const mode = kind === 'soft' && this.#repl.mode.startsWith('raw') ? 'raw' : 'friendly';
    this.#end();
    this.onReset(kind);
    if (kind === 'hard') this.#ring = [];
    this.say(kind === 'soft' ? SOFT_REBOOT : BOOT_TEXT);
    this.#repl.start(mode);
    this.#pump();
  }

  /** Lets go of everything: no program goes on, no transport stays open. */
  stop(): void {
    this.#end();
    this.#link?.lose('the test is over');
  }

  #end(): void {
    this.#program?.end({ kind: 'gone' });
    this.#program = undefined;
    this.#repl.running = false;
  }

  #plugIn(transport: FakeTransport): TransportErrorCode | 'never' | undefined {
    const refusal = this.#refusals.shift();
    if (refusal) return refusal;
    if (!this.present) return 'PORT_NOT_FOUND';
    if (this.#link) return 'PORT_BUSY';
    this.#link = transport;
    this.#outbox = [];
    this.opens++;
    if (this.#options.resetOnOpen) setImmediate(() => this.reset('hard'));
    return undefined;
  }

  #unplugged(transport: FakeTransport): void {
    if (this.#link !== transport) return;
    this.#link = undefined;
    this.#wire = [];
    this.#outbox = [];
    this.closes++;
  }

  #receive(bytes: Uint8Array, taken: () => void): void {
    this.#wire.push({ bytes, at: 0, taken });
    this.#pump();
  }

  /** Moves bytes from the wire to the ring, as far as there is room, and lets the device read in the next microtask. */
  #pump(): void {
    this.#arrive();
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#read();
      if (this.#wire.length > 0 && this.#room()) this.#pump();
    });
  }

  #arrive(): void {
    for (let packet = this.#wire[0]; packet && this.#room(); packet = this.#wire[0]) {
      while (packet.at < packet.bytes.length && this.#room()) {
        const from = packet.at;
        const end = from + this.#untilTrigger('heard', this.#heardCount, packet.bytes.length - from);
        while (packet.at < end && this.#room()) this.#hear(packet.bytes[packet.at++] ?? 0);
        const heard = Buffer.from(packet.bytes.subarray(from, packet.at));
        this.#heard.push(heard);
        this.#heardCount += heard.length;
        this.onHeard(heard);
        this.#fire('heard', this.#heardCount);
        // A trigger may have pulled the cable.
        if (this.#wire[0] !== packet) return;
      }
      if (packet.at < packet.bytes.length) return;
      this.#wire.shift();
      packet.taken();
    }
  }

  #room(): boolean {
    return this.#options.pushesBack === false || this.#ring.length < (this.#options.ring ?? 256);
  }

  #hear(byte: number): void {
    if (this.deaf) return;
    if (byte === 3 && this.#program && !this.stuck) {
      // TinyUSB empties the ring at Ctrl-C (shared/tinyusb/mp_usbd_cdc.c), the ESP32's UART does not (ports/esp32/uart.c).
      if (this.#options.pushesBack !== false) this.#ring = [];
      this.#program.interrupt();
    } else if (this.#ring.length < (this.#options.ring ?? 256)) this.#ring.push(byte);
    else this.lost++;
  }

  #read(): void {
    if (this.stuck) return;
    if (this.deaf || this.#options.repl === false) this.#ring = [];
    this.#program?.inputArrived();
    while (this.#ring.length > 0 && !this.running && !this.deaf && this.present)
      this.#repl.feed(this.#ring.shift() ?? 0);
  }

  /** Goes on reading after `deaf` or `stuck` was set back. */
  resume(): void {
    this.deaf = false;
    this.stuck = false;
    this.#pump();
  }

  async #run(source: Buffer): Promise<Outcome> {
    const { body, mark } = splitMark(source.toString());
    this.commands.push(body);
    const program = new RunningProgram(
      source,
      (bytes) => this.say(bytes),
      (count) => this.#takeInput(count),
    );
    this.#program = program;
    const found = this.#programs.find(({ matches }) => matches(body))?.program ?? printLines;
    const outcome = await program.run(found, body);
    if (this.#program !== program) return { kind: 'gone' };
    this.#program = undefined;
    if (mark !== undefined && outcome.kind === 'done' && outcome.error === '') this.say(mark);
    return outcome;
  }

  #takeInput(count: number): Buffer {
    const bytes = Buffer.from(this.#ring.splice(0, count));
    // A reader that waits makes room.
    if (bytes.length > 0 && this.#wire.length > 0) queueMicrotask(() => this.#pump());
    return bytes;
  }

  /** Bytes until the next trigger, at most `limit`, at least one. */
  #untilTrigger(on: 'heard' | 'said', count: number, limit: number): number {
    const next = this.#triggers
      .filter((trigger) => trigger.on === on && trigger.at > count)
      .map((trigger) => trigger.at - count);
    return Math.min(limit, ...next);
  }

  #fire(on: 'heard' | 'said', count: number): void {
    const due = this.#triggers.filter((trigger) => trigger.on === on && trigger.at <= count);
    for (const trigger of due) this.#triggers.splice(this.#triggers.indexOf(trigger), 1);
    if (due.length === 0) return;
    // What was heard has been read, and what was said has arrived, before the effect.
    if (on === 'heard') this.#read();
    this.#flush();
    for (const { action } of due) action();
  }

  #flush(): void {
    for (const piece of this.#outbox.splice(0)) this.#link?.deliver(piece);
  }

  #deliver(): void {
    if (this.#delivering || this.#outbox.length === 0) return;
    this.#delivering = true;
    const next = () => {
      this.#delivering = false;
      const all = Buffer.concat(this.#outbox.splice(0));
      const size = this.#pieceSize(all.length);
      if (size < all.length) this.#outbox.unshift(all.subarray(size));
      if (size > 0) this.#link?.deliver(all.subarray(0, size));
      this.#deliver();
    };
    if (this.#options.slow === undefined) setImmediate(next);
    else setTimeout(next, this.#options.slow);
  }

  #pieceSize(available: number): number {
    const { split } = this.#options;
    if (split === undefined) return available;
    if (typeof split === 'number') return Math.min(split, available);
    // Park and Miller's generator: the same seed gives the same pieces.
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return Math.min(1 + (this.#random % 20), available);
  }
}

/** Without a registered program: lines that print a literal do so, and anything else is an error that shows it. */
const printLines: Program = (code, io) => {
  code.split('\n').forEach((line) => {
    if (line.trim() === '' || line.startsWith('#') || line.trim() === 'pass') return;
    const text = printedBy(line);
    if (text === undefined)
      return io.raise(`NotImplementedError: the fake device has no program for ${JSON.stringify(line)}`);
    io.print(text);
  });
};

/** The engine ends each command with a line that prints a mark of its own, with `end=''`. */
function splitMark(source: string): { body: string; mark?: string } {
  const at = source.lastIndexOf('\n');
  const last = source.slice(at + 1);
  const mark = printedBy(last);
  if (mark === undefined || mark.endsWith('\n')) return { body: source };
  return { body: source.slice(0, Math.max(0, at)), mark };
}
