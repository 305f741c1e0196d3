import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUnixPort, type UnixPort } from '../support/unix-port';
import { escaped } from './fake-target';
import type { CommandPlan, FaultPlan, ScheduleShape } from './schedule';
import { nastyText, type ChaosTarget } from './target';

export const UNIX_PORT_SHAPE: ScheduleShape = {
  programs: [
    ...(['print', 'print', 'long', 'sleep', 'flood', 'nasty', 'args', 'eval', 'eval', 'file', 'file'] as const),
    ...(['fail', 'syntax', 'loop', 'swallow', 'exit'] as const),
  ],
  faults: ['unplug', 'stuck', 'busy', 'reset'],
  horizon: 1500,
};

/** Milliseconds that a fault lasts at most: this is real time. */
const LONGEST = 1500;

/**
 * MicroPython's Unix port behind a pseudo-terminal. Its address is a link, as those in /dev/serial/by-id are: after
 * each unplug it leads to another terminal. What it is at then has the same files, as a board has.
 */
export class UnixPortTarget implements ChaosTarget {
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  readonly address = join(this.#folder, 'board');
  readonly initCode = `${ran('i0000')}\nprint('<i0000>')`;
  #port: UnixPort | undefined;
  readonly #gone: UnixPort[] = [];
  #plugging: Promise<void> = Promise.resolve();
  readonly #stopped = new Set<number>();

  static async start(): Promise<UnixPortTarget> {
    const target = new UnixPortTarget();
    await target.#plugIn();
    return target;
  }

  source(plan: CommandPlan): string {
    const { id, program, size } = plan;
    const [begin, print] = [ran(id), `print('<${id}>')`];
    const lines: Partial<Record<CommandPlan['program'], string[]>> = {
      print: [begin, print],
      long: [`#${'x'.repeat(size * 4)}`, begin, print],
      sleep: ['import time', begin, `print('<${id}> before')`, `time.sleep_ms(${size})`, `print('<${id}> after')`],
      flood: [begin, `for i in range(${size}): print('<${id}> line')`],
      nasty: [begin, `print('<${id}>${escaped(nastyText(plan))}<${id}>')`],
      args: [begin, 'print(word)'],
      eval: [`(open('/ran','a').write('${id}\\n'),'<${id}>')[1]`],
      fail: [begin, print, `raise ValueError('<${id}>')`],
      syntax: [begin, `this is no code of ${id}`],
      loop: [begin, print, 'while True: pass'],
      swallow: [
        ...['import time', begin, print, 'k=0', 'while True:', ' try:', '  while True: time.sleep_ms(5)'],
        ...[' except KeyboardInterrupt:', '  k+=1', `  if k>${1 + (size % 4)}: raise`],
      ],
      exit: ['import sys', begin, print, 'sys.exit()'],
    };
    return (lines[program] ?? []).join('\n');
  }

  async apply(fault: FaultPlan): Promise<void> {
    const forMs = Math.min(fault.forMs, LONGEST);
    const passed = () => new Promise<void>((resolve) => setTimeout(resolve, forMs));
    switch (fault.fault) {
      case 'unplug':
      case 'busy':
        return this.#inTurn(async () => {
          this.#unplug();
          await passed();
          await this.#plugIn(fault.fault === 'busy' ? forMs : 0);
        });
      case 'stuck': {
        const pid = this.#signal('SIGSTOP');
        if (pid === undefined) return;
        this.#stopped.add(pid);
        await passed();
        return this.#goOn(pid);
      }
      default:
        this.#signal('SIGKILL');
    }
  }

  async heal(): Promise<void> {
    for (const pid of this.#stopped) this.#goOn(pid);
    await this.#inTurn(() => Promise.resolve());
  }

  times(id: string): number {
    const { root } = this.#port ?? this.#gone.at(-1)!;
    const log = join(root, 'ran');
    if (!existsSync(log)) return 0;
    return readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line === id).length;
  }

  leftovers(): string[] {
    const path = this.#port?.path;
    const open = readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`) === path);
    // One is the stand-in's own.
    return open.length === 1 ? [] : [`${open.length - 1} descriptors of ${path} are still open`];
  }

  async stop(): Promise<void> {
    await this.heal();
    await Promise.all([this.#port?.stop(), ...this.#gone.map((port) => port.stop())]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    return (this.#plugging = this.#plugging.then(work));
  }

  #unplug(): void {
    rmSync(this.address, { force: true });
    if (!this.#port) return;
    this.#signal('SIGSTOP'); // It has lost its power.
    this.#port.unplug();
    // Stopped later: until then the system gives its path to nobody else, who would be taken for the same device.
    this.#gone.push(this.#port);
    this.#port = undefined;
  }

  /** @param lockedMs milliseconds in which another program has the port */
  async #plugIn(lockedMs = 0): Promise<void> {
    const port = await startUnixPort();
    if (lockedMs > 0) {
      const other = spawn('flock', ['-x', port.path, 'sleep', String(lockedMs / 1000)], { stdio: 'ignore' });
      other.on('error', () => {});
      await once(other, 'spawn').catch(() => {});
    }
    const before = this.#gone.at(-1);
    if (before) cpSync(before.root, port.root, { recursive: true });
    this.#port = port;
    symlinkSync(port.path, this.address);
  }

  /** Sends a signal to the interpreter, a child of the stand-in's shell; its pid, if there is one now. */
  #signal(name: NodeJS.Signals): number | undefined {
    try {
      const shell = this.#port?.pid;
      const pid = Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0]);
      if (!pid) return undefined;
      process.kill(pid, name);
      return pid;
    } catch {
      return undefined;
    }
  }

  #goOn(pid: number): void {
    this.#stopped.delete(pid);
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It has ended.
    }
  }
}

const ran = (id: string) => `f=open('/ran','a');f.write('${id}\\n');f.close()`;

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
