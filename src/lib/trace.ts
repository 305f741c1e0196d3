import { debuglog } from 'node:util';

/**
 * The wire as a dialogue: `-->` to the device, `<--` from it, `---` what the engine decides.
 * Off unless `NODE_DEBUG=micropython` is set or a sink is given. This file imports nothing of ours.
 */
export type TraceSink = (line: string) => void;

const log = debuglog('micropython');
let sink: TraceSink | undefined;

/** Sends every trace line to `newSink`, or back to `NODE_DEBUG=micropython` with `undefined`. */
export function setTraceSink(newSink: TraceSink | undefined): void {
  sink = newSink;
}

/** True when somebody listens: costly texts are made only then. */
export function tracing(): boolean {
  return sink !== undefined || log.enabled;
}

/** Writes one line: direction, address, text. A sink that throws harms nobody. */
export function trace(direction: '-->' | '<--' | '---', address: string, text: string): void {
  const line = `${direction} ${address} ${text}`;
  if (!sink) return log('%s', line);
  try {
    sink(line);
  } catch {
    // The listener's own fault; the wire must not suffer.
  }
}
