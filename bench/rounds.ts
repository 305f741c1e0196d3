/** One of those that are compared. A port is locked by who has it open. */
export interface Contender {
  readonly name: string;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The middle value; of an even number of values the mean of the two in the middle. NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Half of the distance between the quartiles, as a share of the median: how much a figure scatters. */
export function spread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return (at(0.75) - at(0.25)) / 2 / median(values);
}

/**
 * Lets all contenders take turns, A B C, B C A, …, so that what else the machine does meets each of them.
 * @returns what `measure` resolved to, by name, in the order of the rounds
 */
export async function takeTurns<C extends Contender, T>(
  contenders: readonly C[],
  rounds: number,
  measure: (contender: C, round: number) => Promise<T>,
): Promise<Map<string, T[]>> {
  const results = new Map<string, T[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length]!;
      await contender.open();
      try {
        results.get(contender.name)!.push(await measure(contender, round));
      } finally {
        await contender.close();
      }
    }
  }
  return results;
}

/**
 * Lets all contenders take turns in short bursts, each with a port of its own that stays open: what else the machine
 * does changes more slowly than that.
 * @returns what `measure` resolved to, by name, in the order of the rounds
 */
export async function interleave<C extends Contender, T>(
  contenders: readonly C[],
  rounds: number,
  measure: (contender: C) => Promise<T>,
): Promise<Map<string, T[]>> {
  const results = new Map<string, T[]>(contenders.map(({ name }) => [name, []]));
  const open: C[] = [];
  try {
    for (const contender of contenders) {
      open.push(contender);
      await contender.open();
    }
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const contender = contenders[(round + turn) % contenders.length]!;
        results.get(contender.name)!.push(await measure(contender));
      }
    }
    return results;
  } finally {
    for (const contender of open) await contender.close();
  }
}

/** The median of the ratios of the same rounds. */
export function medianRatio(values: readonly number[], reference: readonly number[]): number {
  return median(values.map((value, round) => value / (reference[round] ?? NaN)).filter(Number.isFinite));
}
