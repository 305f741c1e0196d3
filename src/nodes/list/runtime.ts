import type { Node, NodeAPI, NodeDef } from 'node-red';
import { devicePath } from '../shared/properties';
import { runOnDevice } from '../shared/run-on-device';

export interface ListConfig extends NodeDef {
  device?: string;
  /** Blank: `msg.filename`, else `/`. */
  path?: string;
  pathType?: string;
  recursive?: boolean;
}

/** Registers `micropython-list`, which lists a folder of the device. */
export function registerList(RED: NodeAPI): void {
  function construct(this: Node, config: ListConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(RED, this, config.device, async (device, msg, send, job) => {
      const path = await devicePath(RED, this, msg, config, '/');
      msg.payload = await device.fs.list(path, { recursive: config.recursive === true, signal: job.signal });
      msg.filename = path;
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-list', construct);
}
