import type { Node, NodeAPI, NodeDef } from 'node-red';
import { StringDecoder } from 'node:string_decoder';
import type { Device } from '../../lib/index';
import type { Send } from '../shared/handle-input';
import type { Job } from '../shared/jobs';
import { LineSplitter, Sequence } from '../shared/line-messages';
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
      if (config.format === 'lines') {
        const messages = new Sequence(RED, msg, { type: 'string', ch: '\n' });
        return sendAll(lines(chunks(device, path, job)), messages, send, '');
      }
      if (config.format === 'chunks') {
        const messages = new Sequence(RED, msg, { type: 'buffer', ch: '' });
        return sendAll(chunks(device, path, job), messages, send, Buffer.alloc(0));
      }
      const content = await device.fs.readFile(path, { signal: job.signal, onProgress: job.progress });
      msg.payload = config.format === 'buffer' ? content : content.toString('utf8');
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-read', construct);
}

function chunks(device: Device, path: string, job: Job): AsyncIterable<Buffer> {
  return device.fs.readChunks(path, { signal: job.signal, onProgress: job.progress });
}

/** Lines without their ends. A line end at the end of the file begins no further line. */
async function* lines(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  const splitter = new LineSplitter();
  for await (const chunk of source) yield* splitter.push(decoder.write(chunk));
  yield* splitter.push(decoder.end());
  if (splitter.rest !== '') yield splitter.rest;
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
