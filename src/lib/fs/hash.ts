import { createHash } from 'node:crypto';
import { crc32 } from './check';

/** What `DeviceFs.hash` computes. */
export type HashAlgorithm = 'sha256' | 'crc32';

/** Checksum of bytes that come piece by piece. */
export class Hash {
  readonly #sha256 = createHash('sha256');
  #crc = 0;

  constructor(private readonly algorithm: HashAlgorithm) {}

  update(data: Uint8Array): this {
    if (this.algorithm === 'sha256') this.#sha256.update(data);
    else this.#crc = crc32(data, this.#crc);
    return this;
  }

  /** As hexadecimal text; ends it. */
  digest(): string {
    return this.algorithm === 'sha256' ? this.#sha256.digest('hex') : this.#crc.toString(16).padStart(8, '0');
  }
}
