import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  DO,
  DONT,
  escapeIac,
  IAC,
  negotiate,
  SB,
  SE,
  subnegotiate,
  TelnetDecoder,
  WILL,
  WONT,
  type TelnetEvent,
} from '../../../src/lib/transport/telnet';
import { TelnetOptions } from '../../../src/lib/transport/telnet-options';

/** Events with neighbouring data joined, so that different splits can be compared. */
function decode(...chunks: Uint8Array[]): unknown[] {
  const decoder = new TelnetDecoder();
  const joined: { type: string; [key: string]: unknown }[] = [];
  for (const event of chunks.flatMap((chunk) => decoder.push(chunk))) {
    const last = joined.at(-1);
    const bytes = event.type === 'option' ? [] : [...event.bytes];
    if (event.type === 'data' && last?.type === 'data') (last.bytes as number[]).push(...bytes);
    else joined.push(event.type === 'option' ? { ...event } : { ...event, bytes });
  }
  return joined;
}

const bytes = (options?: fc.IntArrayConstraints) => fc.uint8Array({ maxLength: 60, ...options });
const verb = fc.constantFrom(WILL, WONT, DO, DONT);

/** Something valid on the wire, and the event that it is. */
const piece: fc.Arbitrary<{ wire: Uint8Array; event: TelnetEvent }> = fc.oneof(
  bytes({ minLength: 1 }).map((data) => ({ wire: escapeIac(data), event: { type: 'data' as const, bytes: data } })),
  fc.tuple(verb, fc.nat(255)).map(([v, option]) => ({
    wire: negotiate(v, option),
    event: { type: 'option' as const, verb: v, option },
  })),
  fc.tuple(fc.nat(254), bytes()).map(([option, data]) => ({
    wire: subnegotiate(option, data),
    event: { type: 'subnegotiation' as const, option, bytes: data },
  })),
);

describe('telnet codec', () => {
  it('doubles 255 and leaves other bytes alone', () => {
    assert.deepEqual([...escapeIac(Uint8Array.of(1, 255, 255, 2))], [1, 255, 255, 255, 255, 2]);
    const plain = Uint8Array.of(1, 2);
    assert.equal(escapeIac(plain), plain);
  });

  it('writes commands as in RFC 2217, with 255 doubled in values', () => {
    assert.deepEqual([...subnegotiate(44, [1, 0, 255])], [IAC, SB, 44, 1, 0, 255, 255, IAC, SE]);
  });

  it('reads back any conversation, however it is split', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 8 }), (pieces, cuts) => {
        const wire = Buffer.concat(pieces.map((p) => p.wire));
        const at = [0, ...cuts.map((cut) => Math.min(cut, wire.length)).sort((a, b) => a - b), wire.length];
        const split = at.slice(1).map((end, i) => wire.subarray(at[i], end));
        const bytewise = [...wire].map((byte) => Uint8Array.of(byte));
        const expected: { type: string; bytes?: number[] }[] = [];
        for (const { event } of pieces) {
          const last = expected.at(-1);
          if (event.type === 'data' && last?.type === 'data') last.bytes!.push(...event.bytes);
          else expected.push(event.type === 'option' ? { ...event } : { ...event, bytes: [...event.bytes] });
        }
        assert.deepEqual(decode(wire), expected);
        assert.deepEqual(decode(...split), expected);
        assert.deepEqual(decode(...bytewise), expected);
      }),
    );
  });

  it('survives garbage, and understands what follows it', () => {
    fc.assert(
      fc.property(fc.array(bytes({ maxLength: 400 })), (garbage) => {
        const decoder = new TelnetDecoder();
        for (const chunk of garbage) decoder.push(chunk);
        // One end of a subnegotiation and two plain bytes bring it back from wherever it is.
        decoder.push(Uint8Array.of(1, IAC, SE, 1, 1));
        assert.deepEqual(decoder.push(Buffer.from('ok')), [{ type: 'data', bytes: Buffer.from('ok') }]);
      }),
    );
  });

  it('drops a subnegotiation that never ends instead of keeping it', () => {
    const decoder = new TelnetDecoder();
    decoder.push(Uint8Array.of(IAC, SB, 44));
    for (let i = 0; i < 100; i++) assert.deepEqual(decoder.push(Buffer.alloc(1000, 7)), []);
    assert.deepEqual(decoder.push(Buffer.from([IAC, SE, 65])), [{ type: 'data', bytes: Buffer.from('A') }]);
  });

  it('takes another command inside a subnegotiation as its end', () => {
    assert.deepEqual(decode(Uint8Array.of(IAC, SB, 44, 1, IAC, WILL, 3, 65)), [
      { type: 'option', verb: WILL, option: 3 },
      { type: 'data', bytes: [65] },
    ]);
  });

  it('skips commands without meaning for it', () => {
    assert.deepEqual(decode(Uint8Array.of(65, IAC, 241, 66)), [{ type: 'data', bytes: [65, 66] }]);
  });
});

describe('telnet options', () => {
  const make = () => new TelnetOptions({ ours: [0, 44], theirs: [0] });

  it('offers what it wants', () => {
    assert.deepEqual(
      make()
        .offer()
        .map((b) => [...b]),
      [
        [IAC, WILL, 0],
        [IAC, WILL, 44],
        [IAC, DO, 0],
      ],
    );
  });

  it('does not answer an answer', () => {
    const options = make();
    assert.equal(options.receive(DO, 0), undefined);
    assert.equal(options.receive(WONT, 0), undefined);
    assert.deepEqual([options.ours(0), options.theirs(0), options.ours(44)], ['yes', 'no', 'asked']);
  });

  it('refuses what it does not want, once', () => {
    const options = make();
    assert.deepEqual([...options.receive(WILL, 1)!], [IAC, DONT, 1]);
    assert.equal(options.receive(WILL, 1), undefined);
    assert.deepEqual([...options.receive(DO, 31)!], [IAC, WONT, 31]);
    assert.equal(options.receive(DONT, 31), undefined);
  });

  it('agrees when the other side changes its mind', () => {
    const options = make();
    options.receive(DONT, 44);
    assert.deepEqual([...options.receive(DO, 44)!], [IAC, WILL, 44]);
    assert.deepEqual([...options.receive(DONT, 44)!], [IAC, WONT, 44]);
  });

  it('never talks for ever with a copy of itself, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(verb, fc.nat(50)), { maxLength: 20 }), (before) => {
        const [a, b] = [make(), make()];
        let toB = [...a.offer(), ...before.map(([v, o]) => a.receive(v, o))];
        let toA = b.offer();
        for (let round = 0; toA.length + toB.length > 0; round++) {
          assert.ok(round < 50, 'they still talk');
          const answersOf = (side: TelnetOptions, messages: (Uint8Array | undefined)[]) =>
            messages.flatMap((m) => (m ? [side.receive(m[1] as typeof DO, m[2]!)] : [])).filter((m) => m !== undefined);
          [toA, toB] = [answersOf(b, toB), answersOf(a, toA)];
        }
      }),
      // Answers that crossed turned an option on and off for ever.
      {
        examples: [
          [
            [
              [WILL, 0],
              [WONT, 0],
            ],
          ],
        ],
        numRuns: 500,
      },
    );
  });
});
