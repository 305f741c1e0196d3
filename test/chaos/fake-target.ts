import type { FakeDeviceOptions } from '../support/fake-device';
import { ScriptedDevice } from '../support/scripted-device';
import type { CommandPlan, FaultPlan, Schedule, ScheduleShape } from './schedule';
import { nastyText, type ChaosTarget } from './target';

export const FAKE_SHAPE: ScheduleShape = {
  programs: [
    ...(['print', 'print', 'long', 'long', 'sleep', 'flood', 'nasty', 'args', 'eval', 'eval'] as const),
    ...(['fail', 'syntax', 'loop', 'swallow', 'exit', 'reset'] as const),
  ],
  faults: ['unplug', 'unplug', 'drop', 'deaf', 'stuck', 'slow', 'busy', 'reset', 'garbage'],
  horizon: 2500,
};

/** The fake device: everything in this process and in virtual time. */
export class FakeTarget implements ChaosTarget {
  readonly #board: ScriptedDevice;
  readonly #options: FakeDeviceOptions;
  readonly initCode = "ran('init')\nprint('<i0000>')\nready = 1";

  /** What ran without initCode before it. */
  readonly #bare: string[] = [];

  constructor({ device, options, faults }: Schedule) {
    this.#options = { ...device };
    this.#board = new ScriptedDevice(this.#options);
    // A restart that nobody has noticed yet may come right before a command.
    const unnoticed = faults.some(({ fault }) => fault === 'reset' || fault === 'deaf' || fault === 'garbage');
    if (!options.initCode || unnoticed) return;
    this.#board.onRan = (id) => {
      if (id !== 'init' && !this.#board.variables.has('ready')) this.#bare.push(`${id} ran without initCode`);
    };
  }

  get address(): string {
    return this.#board.address;
  }

  source(plan: CommandPlan): string {
    const { id, program, size } = plan;
    const [begin, print, done] = [`ran('${id}')`, `print('<${id}>')`, `done('${id}')`];
    const lines: Partial<Record<CommandPlan['program'], string[]>> = {
      print: [begin, print, done],
      long: [`#${'x'.repeat(size * 4)}`, begin, print, done],
      sleep: [begin, `print('<${id}> before')`, `sleep(${size})`, `print('<${id}> after')`, done],
      flood: [begin, `flood(${size}, '<${id}> line')`, done],
      nasty: [begin, `print('<${id}>${escaped(nastyText(plan))}<${id}>')`, done],
      args: [begin, 'print(word)', done],
      eval: [`tag('${id}', ${size})`],
      fail: [begin, print, `fail('<${id}>')`],
      syntax: [begin, `this is no code of ${id}`],
      loop: [begin, print, 'loop()'],
      swallow: [begin, print, `swallow(${1 + (size % 25)})`],
      exit: [begin, print, 'exit()'],
      reset: [begin, print, 'reset()'],
    };
    return (lines[program] ?? []).join('\n');
  }

  async apply(fault: FaultPlan): Promise<void> {
    const { fake } = this.#board;
    const passed = () => new Promise<void>((resolve) => setTimeout(resolve, fault.forMs));
    switch (fault.fault) {
      case 'unplug':
      case 'drop':
        fake.vanish({ keepPower: fault.fault === 'drop' });
        await passed();
        return fake.plugIn();
      case 'deaf':
        fake.deaf = true;
        await passed();
        return fake.resume();
      case 'stuck':
        fake.stuck = true;
        await passed();
        return fake.resume();
      case 'slow': {
        const usual = this.#options.slow;
        this.#options.slow = 10;
        await passed();
        this.#options.slow = usual;
        return;
      }
      case 'busy':
        fake.refuse(...(['PORT_BUSY', 'OPEN_FAILED', 'PORT_NOT_FOUND'] as const).slice(0, 1 + (fault.forMs % 3)));
        fake.vanish({ keepPower: true });
        await passed();
        return fake.plugIn();
      case 'reset':
        if (fake.present) fake.reset(fault.soft ? 'soft' : 'hard');
        return;
      case 'garbage':
        return fake.say(fault.bytes);
    }
  }

  heal(): Promise<void> {
    this.#board.fake.plugIn();
    this.#board.fake.resume();
    return Promise.resolve();
  }

  times(id: string): number {
    return this.#board.times(id);
  }

  leftovers(): string[] {
    const { fake } = this.#board;
    return [...this.#bare, ...(fake.connected ? ['the port is still open'] : [])];
  }

  stop(): Promise<void> {
    this.#board.stop();
    return Promise.resolve();
  }
}

/** Text for a Python literal in single quotes, with everything that the REPL would act upon escaped. */
export function escaped(text: string): string {
  return text.replace(/[^ -~]|['\\]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
