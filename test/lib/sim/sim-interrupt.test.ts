import assert from 'node:assert/strict';
import { learnInterruptWords, PendingInterrupt } from '../../../src/lib/sim/sim-interrupt';

const STACK_BASE = 0x1000;
const EXCEPTION = 0x2000 / 4;
const SCHEDULER = 0x2004 / 4;
const CHARACTER = 0x2008 / 4;
const OBJECT = 0x3000 / 4;
const TRACEBACK = OBJECT + 2;

/** Memory in which the interpreter's variables lie as in the real one, and the two functions that change them. */
function fakeInterpreter() {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32, shared: true });
  const words = new Int32Array(memory.buffer);
  words[SCHEDULER] = 1;
  words[CHARACTER] = -1;
  return {
    memory,
    words,
    schedule: () => {
      words[TRACEBACK] = 0;
      words[EXCEPTION] = OBJECT * 4;
      if (words[SCHEDULER] === 1) words[SCHEDULER] = 0;
    },
    setCharacter: (character: number) => {
      // A value that lingers on the stack is no variable.
      words[STACK_BASE / 4 - 1] = character;
      words[CHARACTER] = character;
    },
  };
}

describe('learnInterruptWords', () => {
  it('finds the words, and leaves the memory as it was', () => {
    const { memory, words, schedule, setCharacter } = fakeInterpreter();
    words[OBJECT + 1] = 7;
    assert.deepEqual(learnInterruptWords(memory, STACK_BASE, schedule, setCharacter), {
      exception: { at: EXCEPTION, idle: 0, pending: OBJECT * 4 },
      scheduler: { at: SCHEDULER, idle: 1, pending: 0 },
      character: { at: CHARACTER },
      traceback: { at: TRACEBACK },
    });
    assert.equal(words[EXCEPTION], 0);
    assert.equal(words[SCHEDULER], 1);
    assert.equal(words[CHARACTER], -1);
    assert.equal(words[OBJECT + 1], 7);
  });

  it('gives up when scheduling changes nothing, or more than it should', () => {
    const { memory, words, schedule, setCharacter } = fakeInterpreter();
    assert.equal(
      learnInterruptWords(memory, STACK_BASE, () => {}, setCharacter),
      undefined,
    );
    const more = () => {
      schedule();
      words[SCHEDULER + 10] = 1;
    };
    assert.equal(learnInterruptWords(memory, STACK_BASE, more, setCharacter), undefined);
    assert.equal(words[EXCEPTION], 0);
  });

  it('gives up when no word is the interrupt character, or two are', () => {
    const { memory, words, schedule, setCharacter } = fakeInterpreter();
    assert.equal(
      learnInterruptWords(memory, STACK_BASE, schedule, () => {}),
      undefined,
    );
    const twice = (character: number) => {
      setCharacter(character);
      words[CHARACTER + 1] = character;
    };
    assert.equal(learnInterruptWords(memory, STACK_BASE, schedule, twice), undefined);
  });
});

describe('PendingInterrupt', () => {
  it('raises, tells and clears', () => {
    const { memory, words, schedule, setCharacter } = fakeInterpreter();
    const learned = learnInterruptWords(memory, STACK_BASE, schedule, setCharacter);
    assert.ok(learned);
    const interrupt = new PendingInterrupt(memory, learned);
    words[TRACEBACK] = 99;
    assert.equal(interrupt.pending, false);
    interrupt.raise();
    assert.equal(interrupt.pending, true);
    assert.deepEqual([words[EXCEPTION], words[SCHEDULER], words[TRACEBACK]], [OBJECT * 4, 0, 0]);
    interrupt.clear();
    assert.equal(interrupt.pending, false);
  });

  it('leaves a locked scheduler locked', () => {
    const { memory, words, schedule, setCharacter } = fakeInterpreter();
    const learned = learnInterruptWords(memory, STACK_BASE, schedule, setCharacter);
    assert.ok(learned);
    words[SCHEDULER] = -1;
    new PendingInterrupt(memory, learned).raise();
    assert.equal(words[SCHEDULER], -1);
  });

  it('knows the interrupt character', () => {
    const { memory, schedule, setCharacter } = fakeInterpreter();
    const learned = learnInterruptWords(memory, STACK_BASE, schedule, setCharacter);
    assert.ok(learned);
    const interrupt = new PendingInterrupt(memory, learned);
    setCharacter(3);
    assert.equal(interrupt.character, 3);
    interrupt.character = -1;
    assert.equal(interrupt.character, -1);
  });
});
