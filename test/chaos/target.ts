import type { CommandPlan, FaultPlan, ScheduleShape } from './schedule';

/** A device under chaos: fake or real. */
export interface ChaosTarget {
  readonly address: string;
  /** Python that prints a mark of its own; its output must never stand in a command's. */
  readonly initCode: string;
  /** What the command sends: code for `exec`, or an expression for `eval`. */
  source(plan: CommandPlan): string;
  /** Breaks something, and resolves when that is over again. */
  apply(fault: FaultPlan): Promise<void>;
  /** Ends everything that is still broken. */
  heal(): Promise<void>;
  /** How often a command's code began to run, on all devices of this run. */
  times(id: string): number;
  /** What a closed session should have let go of, and what only the device can see; empty when all is well. */
  leftovers(): string[];
  stop(): Promise<void>;
}

export interface TargetKind {
  readonly name: string;
  readonly shape: ScheduleShape;
}

/** What a command prints to its end, or would when it were let. */
export function expectedOutput({ id, program, size }: CommandPlan, nasty: string): string {
  const tag = `<${id}>`;
  switch (program) {
    case 'sleep':
      return `${tag} before\n${tag} after\n`;
    case 'flood':
      return `${tag} line\n`.repeat(size);
    case 'nasty':
      return `${tag}${nasty}${tag}\n`;
    default:
      return `${tag}\n`;
  }
}

/** The nasty text that a command prints: always the same for the same command. */
export function nastyText({ id, size }: CommandPlan): string {
  const parts = ['OK', '\x04', '\x04\x04>', '>>> ', 'R\x01\x80', '\x04>', 'raw REPL; CTRL-B to exit', '~'];
  return [1, 3, 7].map((step) => parts[(size * step + id.length) % parts.length]).join('');
}
