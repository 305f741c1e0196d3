import { inflateRawSync } from 'node:zlib';
import { check, type CheckName } from './check';

/** What a download command says about itself. */
export interface FileFacts {
  readonly size: number;
  /** Time of the last change as the device counts it; 0 where the file system keeps none. */
  readonly changed: number;
}

/**
 * The frames that `send` in python/snippets/read.py prints: bytes in, checked blocks of the file out. Stops at the first
 * frame that is not right, since nothing behind it can be trusted; `complete` tells whether the end was reached.
 */
export abstract class FrameParser {
  facts: FileFacts | undefined;
  complete = false;
  #broken = false;
  protected held: Buffer = Buffer.alloc(0);

  constructor(
    private readonly checkName: CheckName,
    private readonly onBlock: (block: Buffer) => void,
  ) {}

  push(chunk: Buffer): void {
    if (this.#broken || this.complete) return;
    this.held = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    while (!this.#broken && !this.complete && this.next());
  }

  /** Takes one frame out of `held` and gives it to `frame`; false when there is none yet. */
  protected abstract next(): boolean;

  protected frame(kind: string, value: number, body: Buffer): void {
    const head = Buffer.from([kind.charCodeAt(0), body.length & 255, body.length >> 8]);
    if (check(this.checkName, body, check(this.checkName, head)) !== value) return this.broken();
    switch (kind) {
      case 'H':
        return;
      case 'S':
        if (body.length !== 8) return this.broken();
        this.facts = { size: body.readUInt32LE(0), changed: body.readUInt32LE(4) };
        return;
      case 'R':
        return this.onBlock(Buffer.from(body));
      case 'Z':
        return this.onBlock(inflateRawSync(body));
      case 'E':
        this.complete = true;
        return;
      default:
        return this.broken();
    }
  }

  protected broken(): void {
    this.#broken = true;
    this.held = Buffer.alloc(0);
  }
}

const HEADER = 7;

/** For links that carry all bytes and firmware with `sys.stdout.buffer`. */
export class BinaryFrameParser extends FrameParser {
  protected next(): boolean {
    const { held } = this;
    if (held.length < HEADER) return false;
    const end = HEADER + held.readUInt16LE(1);
    if (!KINDS.has(held[0]!)) {
      this.broken();
      return false;
    }
    if (held.length < end) return false;
    this.held = held.subarray(end);
    this.frame(String.fromCharCode(held[0]!), held.readUInt32LE(3), held.subarray(HEADER, end));
    return true;
  }
}

const KINDS = new Set(Buffer.from('HSRZE'));
const LINE = /^(\w)([bh]) (\d+) ?(\S*)$/;

/** For all others: a line a frame, in base64 or hexadecimal. */
export class TextFrameParser extends FrameParser {
  protected next(): boolean {
    const end = this.held.indexOf(0x0a);
    if (end < 0) return false;
    const line = this.held.toString('latin1', 0, end).trim();
    this.held = this.held.subarray(end + 1);
    const found = LINE.exec(line);
    // A line of somebody else, a background thread perhaps.
    if (!found) return true;
    const [, kind, form, value, body] = found as unknown as [string, string, string, string, string];
    this.frame(kind, Number(value), Buffer.from(body, form === 'b' ? 'base64' : 'hex'));
    return true;
  }
}
