import assert from 'node:assert/strict';
import { setTraceSink } from '../../../src/lib/index';
import type { Program } from '../../support/fake-program';
import { codeOf, scripted, type ScriptedStory } from '../../support/scripted';

/** `while True: try: … except: pass`: no number of Ctrl-C ends it. */
const stubborn: Program = async (_code, io) => {
  for (;;) await io.interrupted();
};

/** Swallows Ctrl-C as well, but ends on Ctrl-D, as aiorepl does. */
const listening: Program = async (_code, io) => {
  const catching = (async () => {
    for (;;) await io.interrupted();
  })();
  catching.catch(() => {});
  for (;;) if ((await io.read(1))[0] === 4) io.exit();
};

describe('a device that does not answer', () => {
  let steps: string[];
  beforeEach(() => {
    steps = [];
    setTraceSink((line) => {
      const step = /^--- \S+ (.*)$/.exec(line)?.[1];
      if (step !== undefined) steps.push(step);
    });
  });
  afterEach(() => setTraceSink(undefined));

  /** The steps in the order of their first appearance, without numbers. */
  const ladder = () => [...new Set(steps.map((step) => step.replace(/, attempt \d+$/, '')))];
  const LADDER = [
    'connected',
    'entering the raw REPL: Ctrl-C',
    'no raw REPL yet: Ctrl-C again',
    'Ctrl-C 20 times',
    'Ctrl-B, and all anew',
  ];

  async function hangUp({ board, device }: ScriptedStory, program: Program): Promise<void> {
    board.fake.on(/hang_up/, program);
    await device.exec("ran('before')");
    steps = ['connected'];
    assert.equal(await codeOf(device.exec('hang_up', { timeout: 1000 })), 'TIMED_OUT');
  }

  it(
    'gets Ctrl-C, more of it, and no reset unless that is allowed',
    scripted(async (story) => {
      const { board, device } = story;
      await hangUp(story, stubborn);
      const before = board.fake.heard.length;
      const { code, message } = await device.eval('1').then(
        () => assert.fail('it answered'),
        (error: Error & { code: string }) => error,
      );
      assert.equal(code, 'NO_RAW_REPL', message);
      assert.deepEqual(ladder().slice(0, LADDER.length), LADDER);
      assert.ok(!steps.some((step) => /^(soft|hardware) reset/.test(step)), steps.join('\n'));
      assert.ok(!board.fake.heard.subarray(before).includes(4), 'Ctrl-D was sent');
      assert.equal(device.state.status, 'disconnected');
      assert.equal(device.state.reason?.message, message);

      board.fake.reset('hard');
      assert.equal(await device.eval('6'), 6);
      assert.equal(device.state.status, 'ready');
    }),
  );

  it(
    'gets a soft reset next, where allowed',
    scripted(
      async (story) => {
        const { board, device } = story;
        await hangUp(story, listening);
        const resets: string[] = [];
        board.fake.onReset = (kind) => void resets.push(kind);
        assert.equal(await device.eval('6'), 6);
        assert.deepEqual(resets, ['soft']);
        assert.deepEqual(ladder().slice(0, LADDER.length), LADDER);
        assert.equal(ladder()[LADDER.length], 'soft reset: Ctrl-C and Ctrl-D, as allowReset permits');
        assert.equal(board.times('init'), 2, 'initCode runs anew');
      },
      { open: { allowReset: true, initCode: "ran('init')" }, fake: { resetLine: true } },
    ),
  );

  it(
    'gets a hardware reset last, where allowed and where there is a line',
    scripted(
      async (story) => {
        const { board, device } = story;
        await hangUp(story, stubborn);
        const resets: string[] = [];
        board.fake.onReset = (kind) => void resets.push(kind);
        assert.equal(await device.eval('6'), 6);
        assert.deepEqual(resets, ['hard']);
        assert.deepEqual(ladder().slice(0, LADDER.length + 2), [
          ...LADDER,
          'soft reset: Ctrl-C and Ctrl-D, as allowReset permits',
          'hardware reset over the line, as allowReset permits',
        ]);
        assert.equal(board.times('init'), 2);
      },
      { open: { allowReset: true, initCode: "ran('init')" }, fake: { resetLine: true } },
    ),
  );

  it(
    'is given up where there is no reset line',
    scripted(
      async (story) => {
        await hangUp(story, stubborn);
        assert.equal(await codeOf(story.device.eval('6')), 'NO_RAW_REPL');
        assert.ok(steps.includes('no hardware reset: this connection has no reset line'), steps.join('\n'));
      },
      { open: { allowReset: true } },
    ),
  );

  it(
    'does not hold up the error when it takes no byte at all',
    scripted(
      async ({ board, device, time }) => {
        board.fake.stuck = true;
        const began = time.now;
        assert.equal(await codeOf(device.eval('1')), 'NO_RAW_REPL');
        assert.ok(time.now - began <= 11_000, `${time.now - began} ms`);
        board.fake.resume();
        assert.equal(await device.eval('1'), 1);
      },
      { fake: { ring: 8 } },
    ),
  );
});
