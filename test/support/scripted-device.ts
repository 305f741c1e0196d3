import { registerTransport } from '../../src/lib/transport/registered-transports';
import type { Transport, TransportFactory } from '../../src/lib/transport/transport';
import { FakeDevice, type FakeDeviceOptions } from './fake-device';
import { tinyPython } from './tiny-python';

let count = 0;

/** Every device gets a scheme of its own, which is taken away when it stops. */
const nextScheme = () => `scripted-${++count}`;

/** A fake device with an address, whose programs are in tiny Python and leave a log. */
export class ScriptedDevice {
  readonly fake: FakeDevice;
  readonly address: string;
  /** What ran, in order: the ids of `ran('id')`. */
  readonly ran: string[] = [];
  /** What ran to its end: the ids of `done('id')`. */
  readonly done: string[] = [];
  readonly variables = new Map<string, string | number>();
  /** Options of each transport that was made. */
  readonly asked: Parameters<TransportFactory>[1][] = [];
  /** Called at each `ran('id')`. */
  onRan: (id: string) => void = () => {};
  readonly #unregister: () => void;

  /**
   * @param options stay in use: what is changed in them later, such as `slow`, has its effect
   * @param change makes another transport of the usual one
   */
  constructor(options: FakeDeviceOptions = {}, change: (transport: Transport) => Transport = (usual) => usual) {
    const scheme = nextScheme();
    this.address = `${scheme}:`;
    this.fake = new FakeDevice(Object.assign(options, { address: this.address }));
    this.fake.onReset = () => this.variables.clear();
    const log = (what: 'ran' | 'done', id: string) => {
      this[what].push(id);
      if (what === 'ran') this.onRan(id);
    };
    this.fake.on(() => true, tinyPython({ variables: this.variables, log }));
    this.#unregister = registerTransport(scheme, (_rest, transportOptions, address) => {
      this.asked.push(transportOptions);
      return change(this.fake.createTransport(address));
    });
  }

  /** How often `ran('id')` was executed. */
  times(id: string): number {
    return this.ran.filter((each) => each === id).length;
  }

  stop(): void {
    this.fake.stop();
    this.#unregister();
  }
}
