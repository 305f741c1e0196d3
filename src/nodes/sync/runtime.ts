import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ArgumentError } from '../../lib/index';
import { devicePath, evaluate, text } from '../shared/properties';
import { runOnDevice } from '../shared/run-on-device';

export interface SyncConfig extends NodeDef {
  device?: string;
  /** Which side is made equal to the other. */
  direction?: 'up' | 'down';
  /** Folder of the host. */
  local?: string;
  localType?: string;
  /** Folder of the device. Blank: `msg.filename`, else `/`. */
  path?: string;
  pathType?: string;
  /** Delete what the other side does not have. */
  deleteExtras?: boolean;
  /** Patterns of names to leave alone, a line each. */
  ignore?: string | string[];
  /** Say what would be done, and do nothing. */
  dryRun?: boolean;
}

/** Registers `micropython-sync`, which makes a folder of the device equal to one of the host, or the other way round. */
export function registerSync(RED: NodeAPI): void {
  function construct(this: Node, config: SyncConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(RED, this, config.device, async (device, msg, send, job) => {
      const local = await evaluate(RED, this, msg, {
        name: 'host folder',
        value: config.local,
        type: config.localType,
      });
      if (typeof local !== 'string' || local === '') {
        throw new ArgumentError('INVALID_ARGUMENT', `the host folder must be a path, not ${text(local)}`);
      }
      const path = await devicePath(RED, this, msg, config, '/');
      msg.payload = await device.fs.sync(local, path, {
        direction: config.direction === 'down' ? 'down' : 'up',
        deleteExtras: config.deleteExtras === true,
        ignore: patterns(config.ignore),
        dryRun: config.dryRun === true,
        signal: job.signal,
        onProgress: job.progress,
      });
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-sync', construct);
}

function patterns(ignore: string | string[] | undefined): string[] {
  const lines = Array.isArray(ignore) ? ignore : (ignore ?? '').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
