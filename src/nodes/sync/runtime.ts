import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ArgumentError, MicroPythonError } from '../../lib/index';
import type { SyncOptions } from '../../lib/index';
import type { Message } from '../shared/handle-input';
import { devicePath, evaluateText, isBlank } from '../shared/properties';
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
      const local = await localFolder(RED, this, msg, config);
      const path = await devicePath(RED, this, msg, config, '/');
      const options: SyncOptions = {
        direction: config.direction === 'down' ? 'down' : 'up',
        deleteExtras: config.deleteExtras === true,
        ignore: patterns(config.ignore),
        dryRun: config.dryRun === true,
        signal: job.signal,
        onProgress: job.progress,
      };
      msg.payload = await device.fs.sync(local, path, options).catch(sayWhoseFile);
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-sync', construct);
}

/** Folder of the computer that Node-RED runs on. */
async function localFolder(RED: NodeAPI, node: Node, msg: Message, config: SyncConfig): Promise<string> {
  const { local: value, localType: type } = config;
  if (isBlank(value)) throw new ArgumentError('INVALID_ARGUMENT', 'there is no folder of this computer: fill it in');
  return evaluateText(RED, node, msg, { name: 'folder of this computer', value, type });
}

/** `ENOENT: no such file or directory, scandir '/x'`: Node.js means a file of the computer, and the user the device's. */
function sayWhoseFile(thrown: unknown): never {
  const { code, syscall, message } = (thrown ?? {}) as NodeJS.ErrnoException;
  if (!code || !syscall) throw thrown;
  throw new MicroPythonError(code, `on the computer of Node-RED: ${message}`, { cause: thrown });
}

function patterns(ignore: string | string[] | undefined): string[] {
  const lines = Array.isArray(ignore) ? ignore : (ignore ?? '').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
