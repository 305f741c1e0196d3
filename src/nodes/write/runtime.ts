import type { Node, NodeAPI, NodeDef } from 'node-red';
import { devicePath } from '../shared/properties';
import { runOnDevice } from '../shared/run-on-device';
import { payloadBytes } from './payload-bytes';

export interface WriteConfig extends NodeDef {
  device?: string;
  /** Blank: `msg.filename`. */
  path?: string;
  pathType?: string;
  mode?: 'overwrite' | 'append';
  /** Make the folders above the file. */
  createDirs?: boolean;
  /** Add a line end to each payload. */
  newline?: boolean;
  /** Begin again when the connection broke or the device restarted meanwhile; not when appending. */
  retry?: boolean;
}

/** Registers `micropython-write`, which writes a file and passes the message on when the file is safe. */
export function registerWrite(RED: NodeAPI): void {
  function construct(this: Node, config: WriteConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(RED, this, config.device, async (device, msg, send, job) => {
      const path = await devicePath(RED, this, msg, config);
      await device.fs.writeFile(path, payloadBytes(msg.payload, config.newline === true), {
        append: config.mode === 'append',
        createDirs: config.createDirs === true,
        // What was appended may have arrived before the connection broke: it is not sent twice.
        retry: config.retry === true && config.mode !== 'append',
        signal: job.signal,
        onProgress: job.progress,
      });
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-write', construct);
}
