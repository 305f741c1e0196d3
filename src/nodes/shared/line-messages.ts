import type { NodeMessage } from 'node-red';

/** Cuts a stream of text at `\n`. */
export class LineSplitter {
  #rest = '';

  /** @returns the lines that are complete now, without their ends */
  push(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** What followed the last `\n`; empty when the text ended with one. */
  get rest(): string {
    return this.#rest;
  }
}

/** `msg.parts` of Node-RED's sequences, with which a Join node puts the messages together again. */
export interface Parts {
  id: string;
  index: number;
  type: 'string' | 'buffer';
  /** What Join puts between the pieces. */
  ch: string;
  /** Number of messages; on the last one. */
  count?: number;
  /** The `parts` that the message came with. */
  parts?: unknown;
}

/** Makes the messages of one sequence: copies of the message that asked for it, with a piece each. */
export class Sequence {
  #index = 0;

  /**
   * @param make copies the message that came in and puts the piece into it
   * @param outer `parts` of the message that came in, kept as Split does
   */
  constructor(
    private readonly id: string,
    private readonly kind: Pick<Parts, 'type' | 'ch'>,
    private readonly make: (payload: unknown) => NodeMessage,
    private readonly outer?: unknown,
  ) {}

  next(payload: unknown): NodeMessage {
    const parts: Parts = { id: this.id, index: this.#index++, ...this.kind };
    if (this.outer) parts.parts = this.outer;
    return { ...this.make(payload), parts };
  }

  /** The last message, which knows the number of all. */
  last(payload: unknown): NodeMessage {
    const msg = this.next(payload);
    (msg.parts as Parts).count = this.#index;
    return { ...msg, complete: true };
  }
}
