import { deflateRawSync } from 'node:zlib';
import { base64Literal, bytesLiteral, hexLiteral } from '../python/bytes-literal';
import { check, type CheckName } from './check';

/** How bytes are written in Python source: 1.03, 1.33 or 2 bytes a byte; the last two for links that carry only ASCII. */
export type LiteralForm = 'literal' | 'base64' | 'hex';

export interface EncodeOptions {
  readonly form: LiteralForm;
  readonly checkName: CheckName;
  /** The device can inflate. */
  readonly inflate: boolean;
}

export interface EncodedPiece {
  /** Python source that evaluates to the bytes sent: the piece, or the piece deflated. */
  readonly source: Buffer;
  /** Checksum of the bytes sent. */
  readonly check: number;
  /** Size of the window as a power of two, when deflated; else 0. */
  readonly windowBits: number;
}

/** Deflating must save a tenth, or it is not worth the device's time and memory. */
const WORTH_IT = 0.9;

/** A piece of a file as Python source, deflated where that pays. Pure. */
export function encodePiece(piece: Uint8Array, options: EncodeOptions): EncodedPiece {
  let sent = piece;
  let windowBits = 0;
  if (options.inflate && piece.length >= 64) {
    // The device keeps a window of this size in memory while it inflates.
    const bits = Math.min(15, Math.max(9, Math.floor(Math.log2(piece.length))));
    const deflated = deflateRawSync(piece, { windowBits: bits, level: 9, memLevel: 9 });
    if (deflated.length < piece.length * WORTH_IT) {
      sent = deflated;
      windowBits = bits;
    }
  }
  return { source: literal(sent, options.form), check: check(options.checkName, sent), windowBits };
}

function literal(bytes: Uint8Array, form: LiteralForm): Buffer {
  switch (form) {
    case 'literal':
      // Whether it goes by raw paste or in one plain write is the engine's choice.
      return bytesLiteral(bytes, { rawPaste: false });
    case 'base64':
      return base64Literal(bytes);
    case 'hex':
      return hexLiteral(bytes);
  }
}
