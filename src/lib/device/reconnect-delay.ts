const FIRST = 250;
const LONGEST = 10_000;
const JITTER = 0.2;

/**
 * Milliseconds to wait before the next attempt to connect: 250 ms, doubling up to 10 s, each 20 % more or less, so
 * that many devices on one hub do not come back in step. Pure.
 * @param attempt attempts that have failed in a row, from 1
 * @param random source of numbers in [0, 1)
 */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(FIRST * 2 ** Math.max(0, attempt - 1), LONGEST);
  return Math.round(base * (1 - JITTER + 2 * JITTER * random()));
}
