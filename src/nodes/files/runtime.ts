import type { Node, NodeAPI, NodeDef } from 'node-red';
import { ArgumentError } from '../../lib/index';
import type { Device } from '../../lib/index';
import type { Message } from '../shared/handle-input';
import { devicePath, evaluateText, isBlank, text, textOf } from '../shared/properties';
import { runOnDevice } from '../shared/run-on-device';

export interface FilesConfig extends NodeDef {
  device?: string;
  /** Blank: `msg.action`. */
  action?: string;
  /** Blank: `msg.filename`. */
  path?: string;
  pathType?: string;
  /** New name, for `rename`. Blank: `msg.to`. */
  to?: string;
  toType?: string;
  /** `mkdir` makes parents, `remove` takes folders with all that is in them. */
  recursive?: boolean;
}

interface Request {
  path: () => Promise<string>;
  to: () => Promise<string>;
  recursive: boolean;
  signal: AbortSignal;
}

/** What each action asks of the device, and what becomes `msg.payload`. */
const ACTIONS: Record<string, (fs: Device['fs'], request: Request) => Promise<unknown>> = {
  stat: async (fs, { path, signal }) => fs.stat(await path(), { signal }),
  exists: async (fs, { path, signal }) => fs.exists(await path(), { signal }),
  mkdir: async (fs, { path, recursive, signal }) => done(fs.mkdir(await path(), { recursive, signal })),
  remove: async (fs, { path, recursive, signal }) => done(fs.remove(await path(), { recursive, signal })),
  rename: async (fs, { path, to, signal }) => done(fs.rename(await path(), await to(), { signal })),
  touch: async (fs, { path, signal }) => done(fs.touch(await path(), { signal })),
  hash: async (fs, { path, signal }) => fs.hash(await path(), 'sha256', { signal }),
  crc32: async (fs, { path, signal }) => fs.hash(await path(), 'crc32', { signal }),
  tree: async (fs, { path, signal }) => fs.tree(await path(), { signal }),
  usage: async (fs, { signal }) => fs.usage({ signal }),
};

/** Registers `micropython-files`: everything about files but their content. */
export function registerFiles(RED: NodeAPI): void {
  function construct(this: Node, config: FilesConfig): void {
    RED.nodes.createNode(this, config);
    runOnDevice(RED, this, config.device, async (device, msg, send, job) => {
      const action = namedAction(isBlank(config.action) ? msg.action : config.action);
      msg.payload = await action(device.fs, {
        path: async () => (msg.filename = await devicePath(RED, this, msg, config)),
        to: () => newName(RED, this, msg, config),
        recursive: config.recursive === true,
        signal: job.signal,
      });
      send(msg);
    });
  }

  RED.nodes.registerType('micropython-files', construct);
}

function namedAction(name: unknown) {
  const action = typeof name === 'string' && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action) return action;
  const known = Object.keys(ACTIONS).join(', ');
  throw new ArgumentError('INVALID_ARGUMENT', `the action must be one of ${known}, not ${text(name)}`);
}

async function newName(RED: NodeAPI, node: Node, msg: Message, config: FilesConfig): Promise<string> {
  const { to: value, toType: type } = config;
  if (!isBlank(value)) return evaluateText(RED, node, msg, { name: 'new name', value, type });
  if (!isBlank(msg.to)) return textOf(msg.to, 'msg.to');
  throw new ArgumentError('INVALID_ARGUMENT', 'there is no new name: fill it in, or send it as msg.to');
}

/** An action without a result of its own. */
async function done(work: Promise<unknown>): Promise<true> {
  await work;
  return true;
}
