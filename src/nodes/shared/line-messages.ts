import type { NodeAPI, NodeMessage } from 'node-red';
import type { Message } from './handle-input';

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
  readonly #id: string;
  readonly #template: NodeMessage;
  #index = 0;

  /** @param msg the message that came in; its own `parts` are kept as Split does */
  constructor(
    private readonly RED: Pick<NodeAPI, 'util'>,
    msg: Message,
    private readonly kind: Pick<Parts, 'type' | 'ch'>,
  ) {
    this.#id = RED.util.generateId();
    // The payload may be large, and every copy gets one of its own.
    this.#template = { ...msg, payload: undefined };
  }

  next(payload: unknown): NodeMessage {
    const parts: Parts = { id: this.#id, index: this.#index++, ...this.kind };
    if (this.#template.parts) parts.parts = this.#template.parts;
    return { ...this.RED.util.cloneMessage(this.#template), payload, parts };
  }

  /** The last message, which knows the number of all. */
  last(payload: unknown): NodeMessage {
    const msg = this.next(payload);
    (msg.parts as Parts).count = this.#index;
    return { ...msg, complete: true };
  }
}
