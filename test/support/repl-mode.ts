/** Follows which REPL a device is in, from what goes over the wire: a control character, then the banner that answers it. */
export class ReplMode {
  raw = false;
  #asked: 'raw' | 'friendly' | undefined;
  #tail = '';

  /** Bytes from the host. */
  sent(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === 1) this.#asked = 'raw';
      else if (byte === 2) this.#asked = 'friendly';
    }
  }

  /** Bytes from the device. */
  said(chunk: Buffer): void {
    if (!this.#asked) return;
    this.#tail = (this.#tail + chunk.toString('latin1')).slice(-4096);
    const banner = this.#asked === 'raw' ? 'raw REPL; CTRL-B to exit' : 'Type "help()" for more information.';
    if (!this.#tail.includes(banner)) return;
    this.raw = this.#asked === 'raw';
    this.#asked = undefined;
    this.#tail = '';
  }
}
