/**
 * Telnet (RFC 854, 855, 856, 858) and its COM port option (RFC 2217), as pure functions on bytes.
 *
 *   network bytes -> TelnetDecoder -> data, commands, subnegotiations
 *   data -> escapeIac -> network bytes
 */

export const IAC = 255;
export const SE = 240;
export const SB = 250;
export const WILL = 251;
export const WONT = 252;
export const DO = 253;
export const DONT = 254;

export type TelnetVerb = typeof WILL | typeof WONT | typeof DO | typeof DONT;

export const TelnetOption = { BINARY: 0, ECHO: 1, SUPPRESS_GO_AHEAD: 3, COM_PORT: 44 } as const;

export type TelnetEvent =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'option'; readonly verb: TelnetVerb; readonly option: number }
  | { readonly type: 'subnegotiation'; readonly option: number; readonly bytes: Uint8Array };

/** Longest subnegotiation that is kept, in bytes; those of RFC 2217 have 2 to some 50. What is longer is dropped. */
const MAX_SUBNEGOTIATION = 1024;

const NOTHING: readonly number[] = [];

/** Splits what comes from the network. A sequence may be cut anywhere between two chunks. */
export class TelnetDecoder {
  #state: 'data' | 'iac' | 'verb' | 'sub' | 'sub-iac' = 'data';
  #verb: TelnetVerb = WILL;
  #sub: number[] = [];

  /** What the chunk completes. The data in it is a copy wherever it had to be unescaped, else a part of the chunk. */
  push(chunk: Uint8Array): TelnetEvent[] {
    const events: TelnetEvent[] = [];
    let i = 0;
    while (i < chunk.length) {
      if (this.#state === 'data') {
        const iac = chunk.indexOf(IAC, i);
        const end = iac < 0 ? chunk.length : iac;
        if (end > i) events.push({ type: 'data', bytes: chunk.subarray(i, end) });
        if (iac >= 0) this.#state = 'iac';
        i = end + 1;
      } else {
        const event = this.#step(chunk[i++]!);
        if (event) events.push(event);
      }
    }
    return events;
  }

  #step(byte: number): TelnetEvent | undefined {
    switch (this.#state) {
      case 'verb':
        this.#state = 'data';
        return { type: 'option', verb: this.#verb, option: byte };
      case 'sub':
        if (byte === IAC) this.#state = 'sub-iac';
        else if (this.#sub.length <= MAX_SUBNEGOTIATION) this.#sub.push(byte);
        return undefined;
      case 'sub-iac':
        if (byte === IAC) {
          this.#state = 'sub';
          if (this.#sub.length <= MAX_SUBNEGOTIATION) this.#sub.push(byte);
          return undefined;
        }
        if (byte === SE) return this.#endOfSubnegotiation();
        // Any other command ends a subnegotiation that was never finished.
        this.#sub = [];
        return this.#command(byte);
      default:
        return this.#command(byte);
    }
  }

  #command(byte: number): TelnetEvent | undefined {
    this.#state = 'data';
    switch (byte) {
      case IAC:
        return { type: 'data', bytes: Uint8Array.of(IAC) };
      case SB:
        this.#state = 'sub';
        this.#sub = [];
        return undefined;
      case WILL:
      case WONT:
      case DO:
      case DONT:
        this.#state = 'verb';
        this.#verb = byte;
        return undefined;
      default:
        // NOP, Data Mark, Break and the like carry nothing for us.
        return undefined;
    }
  }

  #endOfSubnegotiation(): TelnetEvent | undefined {
    const [option, ...bytes] = this.#sub.length > MAX_SUBNEGOTIATION ? NOTHING : this.#sub;
    this.#state = 'data';
    this.#sub = [];
    return option === undefined ? undefined : { type: 'subnegotiation', option, bytes: Uint8Array.from(bytes) };
  }
}

/** Doubles every byte 255. The same array when there is none. */
export function escapeIac(bytes: Uint8Array): Uint8Array {
  let count = 0;
  for (let i = bytes.indexOf(IAC); i >= 0; i = bytes.indexOf(IAC, i + 1)) count++;
  if (count === 0) return bytes;
  const escaped = new Uint8Array(bytes.length + count);
  let to = 0;
  for (const byte of bytes) {
    escaped[to++] = byte;
    if (byte === IAC) escaped[to++] = IAC;
  }
  return escaped;
}

export function negotiate(verb: TelnetVerb, option: number): Uint8Array {
  return Uint8Array.of(IAC, verb, option);
}

export function subnegotiate(option: number, bytes: Iterable<number>): Uint8Array {
  return Uint8Array.of(IAC, SB, option, ...escapeIac(Uint8Array.from(bytes)), IAC, SE);
}
