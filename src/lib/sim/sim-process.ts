/**
 * The simulated device as a program: its standard input and output are its serial line.
 *
 *   node sim-process.js [name]
 *
 * It ends when its input ends, so it never outlives the program that started it. Started with an IPC channel, it
 * reports `{ type: 'started' }` and obeys `{ type: 'reset' }`. On a terminal, Ctrl-] ends it.
 */
import process from 'node:process';
import { SimFront } from './sim-front';

const END_KEY = 0x1d;

/** Everything else lives in a worker, which may be in an endless loop: nothing here waits for it. */
function end(code = 0): never {
  process.exit(code);
}

const input = process.stdin;
const output = process.stdout;
// The host is gone in the middle of a write; its end of our input says the same.
output.on('error', () => end());

const front = new SimFront({
  name: process.argv[2] ?? '',
  onOutput: (bytes, taken) => void output.write(bytes, () => taken()),
  onStarted: () => void process.send?.({ type: 'started' }),
  onHold: (hold) => void (hold ? input.pause() : input.resume()),
  onFailure: (error) => {
    process.stderr.write(`the simulated device failed: ${error.stack ?? error.message}\n`, () => end(1));
  },
});

if (input.isTTY) input.setRawMode(true);
input.on('data', (bytes: Buffer) => {
  if (input.isTTY && bytes.includes(END_KEY)) end();
  front.receive(bytes);
});
input.on('end', () => end());
input.on('error', () => end());
if (process.send) {
  process.on('message', (message: { type?: string }) => {
    if (message.type === 'reset') void front.reset();
  });
  process.on('disconnect', () => end());
}
front.start();
