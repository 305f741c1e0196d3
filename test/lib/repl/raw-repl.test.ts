import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Deadline } from '../../../src/lib/deadline';
import { ByteReader } from '../../../src/lib/repl/byte-reader';
import { RawRepl } from '../../../src/lib/repl/raw-repl';
import type { ReplyEnd } from '../../../src/lib/repl/reply-parser';
import { FakeDevice, type FakeDeviceOptions } from '../../support/fake-device';
import { inVirtualTime, virtually } from '../../support/virtual-time';

const never = new AbortController().signal;

async function connect(fake: FakeDevice): Promise<RawRepl> {
  const transport = fake.createTransport();
  const reader = new ByteReader('fake:', () => new Error('closed'));
  await transport.open(reader, never);
  return new RawRepl(transport, reader);
}

async function run(repl: RawRepl, code: string, signal = never): Promise<{ output: string; end: ReplyEnd }> {
  let output = '';
  const end = await repl.exec(
    { code: Buffer.from(code, 'latin1'), onOutput: (chunk) => (output += chunk.toString('latin1')) },
    signal,
  );
  return { output, end };
}

/** Python text that prints these bytes as they are. */
function printing(text: string): string {
  const escaped = text.replace(/[^ -~]|['\\]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `print('${escaped}', end='')`;
}

const story = (options: FakeDeviceOptions, work: (repl: RawRepl, fake: FakeDevice) => Promise<void>) =>
  virtually(async () => {
    const fake = new FakeDevice(options);
    const repl = await connect(fake);
    await repl.enter(never);
    await work(repl, fake);
    fake.stop();
  });

describe('RawRepl: raw paste', () => {
  const long = `#${'x'.repeat(700)}\nprint('done')`;
  const offers = (fake: FakeDevice) => fake.heard.toString('latin1').split('\x05A\x01').length - 1;

  for (const [rawPaste, what] of [
    ['refused', 'refuses it with R 00'],
    ['unknown', 'is older than it'],
    ['silent', 'says nothing to the offer'],
  ] as const) {
    for (const pushesBack of [true, false]) {
      it(
        `is offered once to firmware that ${what} (${pushesBack ? 'USB' : 'UART'})`,
        story({ rawPaste, pushesBack }, async (repl, fake) => {
          for (let n = 0; n < 3; n++) assert.equal((await run(repl, long)).output, 'done\r\n');
          assert.equal(offers(fake), 1);
          assert.equal(repl.rawPaste, 'no');
          assert.equal(fake.lost, 0);
        }),
      );
    }
  }

  it(
    'is never offered where the link cannot carry it',
    story({ rawPasteTrait: false, pushesBack: false }, async (repl, fake) => {
      assert.equal((await run(repl, long)).output, 'done\r\n');
      assert.equal(offers(fake), 0);
    }),
  );

  it(
    'is asked for again on another link',
    story({}, async (repl, fake) => {
      await run(repl, long);
      fake.vanish();
      fake.plugIn();
      const next = await connect(fake);
      await next.enter(never);
      await run(next, long);
      assert.equal(offers(fake), 2);
    }),
  );

  it(
    'ends early for code that does not compile, and the next command works',
    story({}, async (repl, fake) => {
      fake.rejectSource(/bad\n/);
      const { end } = await run(repl, `bad\n${long}`);
      assert.equal(end.kind, 'raised');
      assert.equal((await run(repl, long)).output, 'done\r\n');
    }),
  );
});

describe('RawRepl: a UART that loses what does not fit into its ring', () => {
  for (const rawPaste of ['yes', 'refused'] as const) {
    it(
      `loses nothing of code of any length (raw paste: ${rawPaste})`,
      story({ pushesBack: false, rawPaste }, async (repl, fake) => {
        for (const length of [200, 228, 229, 230, 239, 240, 241, 256, 384, 500, 512, 513, 1024, 5000]) {
          const code = `print('${length}')\n#`.padEnd(length, 'x');
          assert.equal((await run(repl, code)).output, `${length}\r\n`, `code of ${length} bytes`);
        }
        assert.equal(fake.lost, 0);
      }),
    );
  }

  it(
    'has never more than the window in its ring, however late it reads',
    story({ pushesBack: false, ring: 256 }, async (repl, fake) => {
      for (let length = 100; length < 420; length++) {
        // It takes the offer, and then is busy with something else.
        fake.at({ heard: 3 }, () => (fake.stuck = true));
        const resume = setTimeout(() => fake.resume(), 50);
        const limit = new Deadline(1000, () => new Error(`code of ${length} bytes: ${fake.lost} were lost`));
        const { output } = await run(repl, `print('${length}')\n#`.padEnd(length, 'x'), limit.signal);
        limit.clear();
        assert.equal(output, `${length}\r\n`);
        clearTimeout(resume);
        fake.resume();
      }
      assert.equal(fake.lost, 0);
    }),
  );
});

describe('RawRepl: at random', function () {
  this.timeout(60_000);
  const nasty = fc.constantFrom('\x04', '\x04\x04>', '>', 'OK', 'R\x01', '\r\n', '>>> ', 'a', 'Traceback');
  const texts = fc.array(fc.array(nasty, { maxLength: 30 }), { minLength: 1, maxLength: 4 });
  const traits = fc.record({
    split: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.record({ seed: fc.integer({ min: 1, max: 1_000_000 }) })),
    pushesBack: fc.boolean(),
    rawPaste: fc.constantFrom('yes' as const, 'refused' as const, 'unknown' as const),
  });

  it('returns what each program printed, in any split of what the device says', () =>
    fc.assert(
      fc.asyncProperty(traits, texts, (options, programs) =>
        inVirtualTime(async () => {
          const fake = new FakeDevice(options);
          const repl = await connect(fake);
          await repl.enter(never);
          for (const parts of programs) {
            const { output, end } = await run(repl, printing(parts.join('')));
            assert.equal(output, parts.join('').replaceAll('\n', '\r\n'));
            assert.equal(end.kind, 'completed');
          }
          fake.stop();
        }),
      ),
      { numRuns: 200 },
    ));

  const garbage = fc.array(
    fc.oneof(
      nasty,
      fc.uint8Array({ maxLength: 12 }).map((all) => Buffer.from(all).toString('latin1')),
    ),
    {
      maxLength: 8,
    },
  );

  it('mixes no outputs and always ends, with noise between and during the commands', () =>
    fc.assert(
      fc.asyncProperty(
        traits,
        fc.array(garbage, { minLength: 2, maxLength: 5 }),
        fc.boolean(),
        (options, noises, during) =>
          inVirtualTime(
            async (time) => {
              const fake = new FakeDevice(options);
              const repl = await connect(fake);
              await repl.enter(never);
              for (const [n, noise] of noises.entries()) {
                if (during) fake.at({ said: 1 + ((n * 7) % 40) }, () => fake.say(noise.join('')));
                else {
                  fake.say(noise.join(''));
                  await time.pass(50);
                  repl.reader.takeAll();
                }
                const limit = new Deadline(2000, () => new Error('too long'));
                const result = await run(repl, `print('<tag ${n}>')`, limit.signal).catch(() => undefined);
                limit.clear();
                const tags = result?.output.match(/<tag \d>/g) ?? [];
                assert.ok(
                  tags.every((tag) => tag === `<tag ${n}>`),
                  `${n} printed ${result?.output}`,
                );
                if (!during) assert.equal(result?.output, `<tag ${n}>\r\n`);
                if (repl.mode !== 'raw') await repl.enter(never);
              }
              fake.stop();
            },
            { limitMs: 60_000 },
          ),
      ),
      { numRuns: 200 },
    ));
});
