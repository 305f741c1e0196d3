import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Send } from '../shared/handle-input';
import { Sequence } from '../shared/line-messages';
import { devicePath } from '../shared/properties';
import { runOnDevice } from '../shared/run-on-device';

export interface ReadConfig extends NodeDef {
  device?: string;
  /** Blank: `msg.filename`. */
  path?: string;
  pathType?: string;
  /** One text, one Buffer, a message a line, or a Buffer a chunk. */
  format?: 'utf8' | 'buffer' | 'lines' | 'chunks';
}

/** Registers `micropython-read`, which reads a file of the device. */
export function registerRead(RED: NodeAPI): void {
  function construct(this: Node, config: ReadConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(RED, this, config.device, async (device, msg, send, job) => {
      const path = await devicePath(RED, this, msg, config);
      msg.filename = path;
      const options = { signal: job.signal, onProgress: job.progress };
      if (config.format === 'lines') {
        const messages = new Sequence(RED, msg, { type: 'string', ch: '\n' });
        return sendAll(device.fs.readLines(path, options), messages, send, '');
      }
      if (config.format === 'chunks') {
        const messages = new Sequence(RED, msg, { type: 'buffer', ch: '' });
        return sendAll(device.fs.readChunks(path, options), messages, send, Buffer.alloc(0));
      }
      const content = await device.fs.readFile(path, options);
      msg.payload = config.format === 'buffer' ? content : content.toString('utf8');
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-read', construct);
}

/** Sends each piece when the next one is there, so that the last one can say so. An empty file is one `empty` piece. */
async function sendAll<T>(pieces: AsyncIterable<T>, messages: Sequence, send: Send, empty: T): Promise<void> {
  let held: { piece: T } | undefined;
  for await (const piece of pieces) {
    if (held) send(messages.next(held.piece));
    held = { piece };
  }
  send(messages.last(held ? held.piece : empty));
}
