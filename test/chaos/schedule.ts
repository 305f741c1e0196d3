/**
 * What happens in one run, decided before it begins: who calls what and when, and what breaks. The same seed gives the
 * same schedule. Pure.
 */
import { seededRandom } from '../support/seeded-random';

export type ProgramKind =
  | 'print'
  | 'long'
  | 'sleep'
  | 'flood'
  | 'nasty'
  | 'args'
  | 'eval'
  | 'fail'
  | 'syntax'
  | 'loop'
  | 'swallow'
  | 'exit'
  | 'reset'
  | 'file';

export interface CommandPlan {
  readonly id: string;
  readonly program: ProgramKind;
  /** A number for the program: milliseconds, lines, bytes. */
  readonly size: number;
  /** Milliseconds to wait before it is called. */
  readonly pause: number;
  readonly timeout: number;
  readonly repeatable: boolean;
  /** Milliseconds after the call at which its signal fires. */
  readonly abortAfter?: number;
  readonly stream: boolean;
}

export type ControlKind = 'interrupt' | 'softReset' | 'hardReset' | 'reconnect' | 'redeploy' | 'redeployAll';

export interface ControlPlan {
  readonly at: number;
  readonly control: ControlKind;
  readonly user: number;
}

export type FaultPlan = { readonly at: number; readonly forMs: number } & (
  | { readonly fault: 'unplug' | 'drop' | 'deaf' | 'stuck' | 'slow' | 'busy' }
  | { readonly fault: 'reset'; readonly soft: boolean }
  | { readonly fault: 'garbage'; readonly bytes: string }
);

export interface Schedule {
  readonly seed: number;
  readonly device: {
    readonly pushesBack: boolean;
    readonly rawPaste: 'yes' | 'refused' | 'unknown' | 'silent';
    readonly split?: number | { seed: number };
    readonly slow?: number;
    readonly resetLine: boolean;
  };
  readonly options: {
    readonly autoConnect: boolean;
    readonly offline: 'wait' | 'fail';
    readonly queueLimit?: number;
    readonly queuePolicy: 'reject' | 'dropOldest';
    readonly initCode: boolean;
    readonly softResetOnConnect: boolean;
    readonly allowReset: boolean;
    readonly graceMs: number;
  };
  /** Each calls its commands one after the other; caller n uses the lease n % 2. */
  readonly callers: readonly (readonly CommandPlan[])[];
  readonly controls: readonly ControlPlan[];
  readonly faults: readonly FaultPlan[];
}

export interface ScheduleShape {
  /** Programs that the target can run. */
  readonly programs: readonly ProgramKind[];
  readonly faults: readonly FaultPlan['fault'][];
  /** Milliseconds in which faults begin. */
  readonly horizon: number;
}

/** Text that looks like the protocol, to be printed by programs and to stand in noise. */
export const NASTY = ['OK', '\x04', '\x04\x04>', '>', '>>> ', 'R\x01', 'R\x00', '\x01', '\x04>', 'raw REPL;', '\r\n'];

export function makeSchedule(seed: number, shape: ScheduleShape): Schedule {
  const random = seededRandom(seed * 7919 + 17);
  const below = (limit: number) => Math.floor(random() * limit);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(of: readonly T[]): T => of[below(of.length)]!;
  const milliseconds = (limit: number) => Math.floor(limit * random() ** 2);
  let count = 0;

  const command = (): CommandPlan => ({
    id: `c${String(++count).padStart(4, '0')}`,
    program: pick(shape.programs),
    size: 1 + milliseconds(600),
    pause: chance(0.5) ? 0 : milliseconds(400),
    timeout: chance(0.5) ? 5000 : 20 + milliseconds(1500),
    repeatable: chance(0.2),
    ...(chance(0.15) && { abortAfter: milliseconds(800) }),
    stream: chance(0.3),
  });
  const garbage = () =>
    Array.from({ length: 1 + below(6) }, () =>
      chance(0.5) ? pick(NASTY) : String.fromCharCode(...Array.from({ length: 1 + below(8) }, () => below(256))),
    ).join('');
  const fault = (): FaultPlan => {
    const kind = pick(shape.faults);
    const when = { at: below(shape.horizon), forMs: 1 + milliseconds(chance(0.1) ? 15_000 : 1500) };
    if (kind === 'reset') return { ...when, fault: kind, soft: chance(0.3) };
    if (kind === 'garbage') return { ...when, fault: kind, bytes: garbage() };
    return { ...when, fault: kind };
  };

  const device: Schedule['device'] = {
    pushesBack: chance(0.6),
    rawPaste: chance(0.7) ? 'yes' : pick(['refused', 'unknown', 'silent'] as const),
    ...(chance(0.5) && { split: chance(0.5) ? 1 + below(30) : { seed: 1 + below(1_000_000) } }),
    ...(chance(0.3) && { slow: 1 + below(8) }),
    resetLine: chance(0.3),
  };
  // Nothing has a line so slow that it takes a minute to say what it has to say.
  const crawls = device.slow !== undefined && typeof device.split === 'number';

  return {
    seed,
    device: crawls ? { ...device, split: Math.max(8, device.split) } : device,
    options: {
      autoConnect: chance(0.5),
      offline: chance(0.75) ? 'wait' : 'fail',
      ...(chance(0.25) && { queueLimit: below(4) }),
      queuePolicy: chance(0.5) ? 'reject' : 'dropOldest',
      initCode: chance(0.3),
      softResetOnConnect: chance(0.15),
      allowReset: chance(0.2),
      graceMs: pick([0, 50, 5000]),
    },
    callers: Array.from({ length: 2 + below(4) }, () => Array.from({ length: 1 + below(4) }, command)),
    controls: Array.from({ length: below(4) }, () => ({
      at: below(shape.horizon),
      control: pick(['interrupt', 'softReset', 'hardReset', 'reconnect', 'redeploy', 'redeployAll'] as const),
      user: below(2),
    })),
    faults: Array.from({ length: below(6) }, fault).sort((a, b) => a.at - b.at),
  };
}
