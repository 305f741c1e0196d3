import { StringDecoder } from 'node:string_decoder';

/**
 * Bytes that a device prints as text, piece by piece: UTF-8 with `\n` line ends. A character or a `\r\n` that is
 * split between pieces is held back until it is whole; bytes that are no UTF-8 become U+FFFD.
 */
export class TextOutput {
  readonly #decoder = new StringDecoder('utf8');
  #carriageReturn = '';

  push(bytes: Buffer): string {
    return this.#lineEnds(this.#decoder.write(bytes));
  }

  /** What was held back, when nothing more comes. */
  end(): string {
    const text = this.#carriageReturn + this.#decoder.end();
    this.#carriageReturn = '';
    return text.replaceAll('\r\n', '\n');
  }

  #lineEnds(piece: string): string {
    let text = this.#carriageReturn + piece;
    this.#carriageReturn = '';
    if (text.endsWith('\r')) {
      this.#carriageReturn = '\r';
      text = text.slice(0, -1);
    }
    return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  }
}
