import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { DevicePool } from '../../src/lib/index';
import type { DeviceNode } from '../../src/nodes/device/runtime';
import type { SharedDevice } from '../../src/nodes/device/shared-device';

const require = createRequire(__filename);
// Built code: the simulated device is a script of its own.
const register = require('../../dist/nodes/micropython.js') as (RED: NodeAPI) => void;
const { sharedPool } = require('../../dist/nodes/shared/pool.js') as { sharedPool: () => DevicePool };
const { hooks } = require('@node-red/util') as {
  hooks: { add(id: string, hook: (event: CompleteEvent) => void): void; remove(id: string): void };
};

helper.init(require.resolve('node-red'));

export type TestMessage = Record<string, unknown> & { _msgid?: string; payload?: unknown };

interface CompleteEvent {
  msg: TestMessage;
  error?: Error & { code?: string };
  node: { id: string };
}

/** How one input ended. */
export interface Outcome {
  /** What the node sent on. */
  sent: TestMessage[];
  /** What `done` was called with. */
  error?: Error & { code?: string };
  /** What a Catch node made of it: the message with `error` and `errorDetails`. */
  caught: TestMessage[];
  /** How often `done` was called until now. */
  readonly ends: number;
}

/** A flow on one tab, with a device, a Catch node and a collector behind each node. */
export class TestFlow {
  nodes: Record<string, unknown>[] = [];
  /** What the collectors received, by the node that sent it. */
  readonly sent = new Map<string, TestMessage[]>();
  readonly caught: TestMessage[] = [];
  /** Node-RED's admin API, with the endpoints of this package. */
  admin?: RequestListener;
  readonly #ends: CompleteEvent[] = [];
  #waiting: (() => void)[] = [];
  #count = 0;

  /** @param address of the device `device` */
  constructor(readonly address: string) {}

  /** Deploys nodes of this package into a fresh Node-RED. `device` and `wires` are filled in where they are missing. */
  async load(nodes: object[], device: object = {}, credentials: object = {}): Promise<void> {
    this.nodes = this.#complete(nodes, device);
    hooks.add('onComplete.test-flow', (event) => {
      this.#ends.push(event);
      this.#changed();
    });
    const registerAll = (RED: NodeAPI) => {
      this.admin = RED.httpAdmin;
      register(RED);
    };
    await helper.load([registerAll], structuredClone(this.nodes), credentials);
    this.#listen();
  }

  /** Deploys a changed flow; every node of `changes` gets the new properties. */
  async deploy(type: 'full' | 'flows' | 'nodes', changes: Record<string, object> = {}): Promise<void> {
    this.nodes = this.nodes.map((node) => ({ ...node, ...changes[node.id as string] }));
    await helper.setFlows(structuredClone(this.nodes), type);
    this.#listen();
  }

  node<T extends Node = Node>(id: string): T {
    return helper.getNode(id) as T;
  }

  /** What the config node `device` shares. */
  device(id = 'device'): SharedDevice {
    return this.node<DeviceNode>(id).shared;
  }

  /** Statuses of a node from now on. */
  statuses(id: string): NodeStatus[] {
    const seen: NodeStatus[] = [];
    const node = this.node(id);
    const status = node.status.bind(node);
    node.status = (next) => {
      seen.push(next as NodeStatus);
      status(next);
    };
    return seen;
  }

  /** Texts that nodes have logged so far, at one level. */
  logged(level: 'warn' | 'error'): string[] {
    const number = { warn: 30, error: 20 }[level];
    return helper.log().args.flatMap(([entry]) => (entry?.level === number ? [String(entry.msg)] : []));
  }

  /** Gives a message to a node and resolves when its input has ended, and what came of it was delivered. */
  async input(id: string, msg: TestMessage = {}): Promise<Outcome> {
    return this.outcome(id, this.send(id, msg));
  }

  /** Gives a message to a node, and does not wait. @returns the message's id */
  send(id: string, msg: TestMessage = {}): string {
    const _msgid = `test-${++this.#count}`;
    this.node(id).receive({ ...msg, _msgid });
    return _msgid;
  }

  /** Resolves when the input of that message has ended. */
  async outcome(id: string, msgid: string): Promise<Outcome> {
    const mine = () => this.#ends.filter(({ msg, node }) => msg._msgid === msgid && node.id === id);
    await this.until(() => mine().length > 0, `the input of ${id} to end`);
    // Node-RED delivers by setImmediate, over one or two nodes here.
    for (let i = 0; i < 10; i++) await turn();
    const [end] = mine();
    return {
      sent: (this.sent.get(id) ?? []).filter((msg) => msg._msgid === msgid),
      caught: this.caught.filter((msg) => msg._msgid === msgid),
      ...(end?.error ? { error: end.error } : {}),
      get ends() {
        return mine().length;
      },
    };
  }

  /** Resolves when `condition` holds; looked at after each message and each state of the device. */
  async until(condition: () => boolean, what: string, ms = 15_000): Promise<void> {
    const deadline = Date.now() + ms;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`waited ${ms} ms for ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Stops the flow, and ends the devices that it used. */
  async unload(): Promise<void> {
    await helper.unload();
    hooks.remove('*.test-flow');
    await sharedPool().close();
  }

  #complete(nodes: object[], device: object): Record<string, unknown>[] {
    const flow: Record<string, unknown>[] = [
      { id: 'tab', type: 'tab', label: 'test' },
      { id: 'device', type: 'micropython-device', name: 'a device', address: this.address, ...device },
      { id: 'catch', type: 'catch', z: 'tab', scope: null, uncaught: false, wires: [['caught']] },
      { id: 'caught', type: 'helper', z: 'tab', wires: [] },
    ];
    for (const node of nodes as Record<string, unknown>[]) {
      if (node.type === 'micropython-device' || node.wires) {
        flow.push(node);
        continue;
      }
      const out = `${String(node.id)}-out`;
      flow.push({ z: 'tab', device: 'device', ...node, wires: [[out]] });
      flow.push({ id: out, type: 'helper', z: 'tab', wires: [] });
    }
    // Node-RED takes what has no place on the tab for a config node.
    return flow.map((node) => (node.z ? { x: 0, y: 0, ...node } : node));
  }

  #listen(): void {
    for (const { id, type } of this.nodes) {
      if (type !== 'helper') continue;
      const collector = this.node(id as string);
      if (collector.listenerCount('test') > 0) continue;
      // Marks a node that lived on over a deploy.
      (collector as NodeJS.EventEmitter).on('test', () => undefined);
      const received = id === 'caught' ? this.caught : this.#sentBy((id as string).replace(/-out$/, ''));
      collector.on('input', (msg, _send, done) => {
        received.push(msg);
        done();
        this.#changed();
      });
    }
  }

  #sentBy(id: string): TestMessage[] {
    const messages = this.sent.get(id) ?? [];
    this.sent.set(id, messages);
    return messages;
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }
}
