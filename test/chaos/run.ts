import { ArgumentError, DevicePool, MicroPythonError, type DeviceOptions, type Lease } from '../../src/lib/index';
import { violations, type Record } from './invariants';
import type { CommandPlan, ControlPlan, Schedule } from './schedule';
import type { ChaosTarget } from './target';

/** Milliseconds for everything to settle after the last fault: two timeouts of the file layer, and an entry. */
const SETTLE_LIMIT = 120_000;
/** Milliseconds in which a healed device must answer. */
const USABLE_LIMIT = 40_000;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export interface RunResult {
  /** What was wrong; empty when all invariants hold. */
  readonly problems: string[];
  /** How the commands ended, by code. */
  readonly endings: Map<string, number>;
}

/** Plays one schedule on one target, and looks whether everything holds that must. */
export async function runSchedule(schedule: Schedule, target: ChaosTarget): Promise<RunResult> {
  const problems: string[] = [];
  const records: Record[] = [];
  const users = new Users(schedule, target, (problem) => problems.push(problem));
  await users.acquire();

  const callers = schedule.callers.map((plans, n) => callAll(plans, target, users, n % 2, records));
  const controls = schedule.controls.map((plan) => users.control(plan));
  const faults = schedule.faults.map(async (fault) => {
    await sleep(fault.at);
    await target.apply(fault);
  });
  await Promise.all(faults);
  await target.heal();
  if (!(await settles(Promise.all([...callers, ...controls]), SETTLE_LIMIT))) problems.push('not everything settled');
  problems.push(...violations(schedule, records, (id) => target.times(id)));
  problems.push(...(await users.areUsable()));
  await users.close();
  problems.push(...target.leftovers());

  const endings = new Map<string, number>();
  for (const { outcome, error } of records) {
    const ending = error?.code ?? outcome;
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
  return { problems, endings };
}

/** True when it settles in time. Leaves no timer behind. */
async function settles(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  const done = work.then(
    () => true,
    () => true,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}

async function callAll(
  plans: readonly CommandPlan[],
  target: ChaosTarget,
  users: Users,
  user: number,
  records: Record[],
): Promise<void> {
  for (const plan of plans) {
    if (plan.pause > 0) await sleep(plan.pause);
    const record: Record = { plan, outcome: 'pending', streamed: '', took: 0 };
    records.push(record);
    const began = Date.now();
    const abort = new AbortController();
    const timer = plan.abortAfter === undefined ? undefined : setTimeout(() => abort.abort(), plan.abortAfter);
    try {
      record.value = await call(plan, target.source(plan), users.device(user), abort.signal, record);
      record.outcome = 'resolved';
    } catch (error) {
      record.error = error as Error;
      record.outcome = 'rejected';
    }
    clearTimeout(timer);
    record.took = Date.now() - began;
  }
}

async function call(
  plan: CommandPlan,
  source: string,
  device: Lease['device'],
  signal: AbortSignal,
  record: Record,
): Promise<string> {
  const { id, program, timeout, repeatable } = plan;
  if (program === 'eval') {
    const value = await device.eval(source, { timeout, repeatable, signal });
    return typeof value === 'string' ? value : JSON.stringify(value);
  }
  if (program === 'file') {
    const content = `<${id}>\n`.repeat(plan.size);
    await device.fs.writeFile(`/f-${id}`, content, { signal });
    return (await device.fs.readFile(`/f-${id}`, { signal })).toString();
  }
  const { output } = await device.exec(source, {
    timeout,
    repeatable,
    signal,
    ...(program === 'args' && { args: { word: `<${id}>` } }),
    ...(plan.stream && {
      onOutput: (text: string) => {
        if (record.outcome === 'pending') record.streamed += text;
        else record.late = text;
      },
    }),
  });
  return output;
}

/** Two users of one device, as two config nodes are: each with a lease that a redeploy replaces. */
class Users {
  readonly #pool: DevicePool;
  readonly #leases: Lease[] = [];
  readonly #options: DeviceOptions;

  constructor(
    schedule: Schedule,
    private readonly target: ChaosTarget,
    private readonly complain: (problem: string) => void,
  ) {
    const { graceMs, initCode, ...options } = schedule.options;
    this.#pool = new DevicePool({ graceMs });
    this.#options = { ...options, ...(initCode && { initCode: target.initCode }) };
  }

  device(user: number): Lease['device'] {
    return this.#leases[user]!.device;
  }

  async acquire(): Promise<void> {
    for (const user of [0, 1]) this.#leases[user] = await this.#pool.acquire(this.target.address, this.#options);
  }

  async control({ at, control, user }: ControlPlan): Promise<void> {
    await sleep(at);
    const device = this.device(user);
    try {
      if (control === 'redeploy') await this.#redeploy(user);
      else if (control === 'redeployAll') await this.#redeployAll();
      else if (control === 'reconnect') {
        await device.disconnect();
        await device.connect();
      } else await device[control]();
    } catch (error) {
      if (!(error instanceof MicroPythonError)) this.complain(`${control}: ${(error as Error).stack}`);
      if (error instanceof ArgumentError) this.complain(`${control}: ${error.message}`);
    }
  }

  /** One flow is deployed again: the device is the same. */
  async #redeploy(user: number): Promise<void> {
    const old = this.#leases[user]!;
    const released = old.release();
    this.#leases[user] = await this.#pool.acquire(this.target.address, this.#options);
    await released;
  }

  /** Everything is deployed again, with other options of the device: a session takes the place of another. */
  async #redeployAll(): Promise<void> {
    const old = [...this.#leases];
    const released = Promise.all(old.map((lease) => lease.release()));
    this.#options.dtr = !(this.#options.dtr ?? true);
    await this.acquire();
    await released;
  }

  /** A healed device answers everybody, and nobody waits for nothing. */
  async areUsable(): Promise<string[]> {
    const problems: string[] = [];
    for (const [user, { device }] of this.#leases.entries()) {
      const until = Date.now() + USABLE_LIMIT;
      let last: unknown;
      for (let answered = false; !answered && Date.now() < until;) {
        try {
          if (device.state.status === 'released') await device.connect();
          answered = (await device.eval('1')) === 1;
        } catch (error) {
          last = error;
          await sleep(500);
        }
        if (!answered && Date.now() >= until) problems.push(`user ${user} cannot use the device: ${String(last)}`);
      }
      const { status, waiting } = device.state;
      if (status !== 'ready' || waiting !== 0) problems.push(`in the end the state is ${status}, ${waiting} wait`);
    }
    return problems;
  }

  async close(): Promise<void> {
    await this.#pool.close();
    for (const { device } of this.#leases) {
      if (device.state.status !== 'closed') this.complain(`closed, but ${device.state.status}`);
      for (const name of device.eventNames()) this.complain(`closed, but somebody listens to ${String(name)}`);
    }
  }
}
