import assert from 'node:assert/strict';
import { Device } from '../../dist/lib/index';
import { resolveAddress } from '../../dist/lib/transport/address';
import { within } from './within';

/** What another program, or a person, may have left behind: bytes typed, and what the device prints then. */
const states: Record<string, { typed: string; shown?: string }> = {
  'the friendly prompt': { typed: '' },
  'a half-typed line, which must not run': { typed: 'entry_ran = 1', shown: 'entry_ran = 1' },
  'a continuation line': { typed: 'if True:\r', shown: '... ' },
  'paste mode': { typed: '\x05print(1', shown: 'print(1' },
  'the raw prompt': { typed: '\x01', shown: '>' },
  'the raw prompt with half a command': { typed: '\x01print(', shown: '>' },
  'the raw prompt with half an offer of raw paste': { typed: '\x01\x05A', shown: '>' },
  'raw paste that another host left': { typed: '\x01\x05A\x01print(1', shown: 'R\x01' },
  'raw paste that waits after a syntax error': { typed: '\x01\x05A\x01x = = 1\n\nx = 1\n', shown: 'R\x01' },
  'input()': { typed: 'input("name? ")\r', shown: '\nname? ' },
  'an endless loop': { typed: 'print("up"+"!")\rwhile True: pass\r\r', shown: 'up!' },
  'an endless loop in raw REPL': { typed: '\x01print("up")\nwhile True: pass\x04', shown: 'OKup' },
  'a flood of output': { typed: '\x01while True: print("flood" * 10)\x04', shown: 'floodflood' },
  'a flood of prompts': { typed: '\x01while True: print(">>> ", end="")\x04', shown: '>>> >>> ' },
  'a changed prompt': { typed: 'import sys; sys.ps1 = "--> "\r', shown: '--> ' },
  'a program that eats its input': {
    typed: '\x01import sys\nprint("up")\nwhile True: sys.stdin.read(1)\x04',
    shown: 'OKup',
  },
  'a program that swallows KeyboardInterrupt 20 times': {
    typed:
      '\x01import time\nprint("up")\nfor i in range(20):\n  try:\n    time.sleep(9)\n  except KeyboardInterrupt: pass\nwhile True: pass\x04',
    shown: 'OKup',
  },
};

/** Gets into the raw REPL from every state: the next command must run, and nothing that was left half-done. */
export function describeEntry(address: () => string): void {
  describe('entering the raw REPL', () => {
    for (const [name, { typed, shown }] of Object.entries(states)) {
      it(`works from ${name}`, async () => {
        await leaveBehind(address(), typed, shown);
        const device = await Device.open(address());
        try {
          assert.equal(await device.eval('6 * 7'), 42);
          await assert.rejects(device.eval('entry_ran'), { type: 'NameError' });
          await device.exec('import sys\nif hasattr(sys, "ps1"): sys.ps1 = ">>> "');
        } finally {
          await device.close();
        }
      });
    }
  });
}

async function leaveBehind(address: string, typed: string, shown: string | undefined): Promise<void> {
  const transport = (await resolveAddress(address, {})).createTransport();
  let seen = '';
  let told = () => {};
  const arrived = new Promise<void>((resolve) => (told = resolve));
  const sink = {
    data: (chunk: Uint8Array) => {
      seen += Buffer.from(chunk).toString('latin1');
      if (shown !== undefined && seen.includes(shown)) told();
    },
    closed: () => {},
  };
  await transport.open(sink, new AbortController().signal);
  try {
    await transport.write(Buffer.from(typed, 'latin1'));
    if (shown !== undefined) await within(arrived, 5000, `${JSON.stringify(shown)} on the terminal`);
  } finally {
    await transport.close();
  }
}
