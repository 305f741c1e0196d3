import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ReplyParser } from '../../../src/lib/repl/reply-parser';

const MARK = '~mark1';
const END = `\x04${MARK}\x04\x04>`;
const TRACEBACK = 'Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nValueError: no\r\n';

interface Outcome {
  output: string;
  state: string;
  kind?: string;
  stderr?: string;
  rest: string;
}

function parse(chunks: Buffer[], options: ConstructorParameters<typeof ReplyParser>[1] = {}): Outcome {
  const parser = new ReplyParser(MARK, options);
  let output = '';
  let rest = '';
  for (const chunk of chunks) {
    if (parser.state === 'ended') rest += chunk.toString('latin1');
    else output += parser.push(chunk).toString('latin1');
  }
  const end = parser.end;
  return {
    output,
    state: parser.state,
    kind: end?.kind,
    stderr: end?.kind === 'raised' ? end.stderr.toString('latin1') : undefined,
    rest: parser.rest.toString('latin1') + rest,
  };
}

const bytes = (text: string) => Buffer.from(text, 'latin1');
const whole = (text: string, options?: ConstructorParameters<typeof ReplyParser>[1]) => parse([bytes(text)], options);
const single = (text: string) => [...bytes(text)].map((byte) => Buffer.from([byte]));

function split(text: string, cuts: number[]): Buffer[] {
  const buffer = bytes(text);
  const at = [...new Set(cuts.map((cut) => cut % (buffer.length + 1)))].sort((a, b) => a - b);
  const chunks: Buffer[] = [];
  let from = 0;
  for (const cut of [...at, buffer.length]) {
    if (cut > from) chunks.push(buffer.subarray(from, cut));
    from = cut;
  }
  return chunks;
}

/** Conversations whose end needs no second thought. */
const conversations: Record<string, [string, Partial<Outcome>]> = {
  'prints nothing': [`OK${END}`, { output: '', kind: 'completed' }],
  'prints text': [`OKhello\r\n${END}`, { output: 'hello\r\n', kind: 'completed' }],
  'prints 04': [`OKa\x04b\x04\x04c${END}`, { output: 'a\x04b\x04\x04c', kind: 'completed' }],
  'prints what looks like an end': [`OK\x04\x04>\r\n${END}`, { output: '\x04\x04>\r\n', kind: 'completed' }],
  'prints what looks like a traceback': [
    `OK\x04${TRACEBACK}\x04>\r\n${END}`,
    { output: `\x04${TRACEBACK}\x04>\r\n`, kind: 'completed' },
  ],
  'prints part of the mark': [`OK\x04~mar\x04~mark${END}`, { output: '\x04~mar\x04~mark', kind: 'completed' }],
  'junk stands before it': [`late output\r\nOKx${END}`, { output: 'x', kind: 'completed' }],
  'prints from a thread before the prompt': [`OKx\x04${MARK}\x04\x04tick\r\n>`, { output: 'x', kind: 'completed' }],
  'a late Ctrl-C': [`OKx\x04${MARK}\x04${TRACEBACK}\x04>`, { output: 'x', kind: 'completed' }],
  'ends by SystemExit': [
    'OKbye\r\n\x04\x04\r\nMPY: soft reboot\r\nboot\r\nraw REPL; CTRL-B to exit\r\n>',
    { output: 'bye\r\n', kind: 'exited' },
  ],
};

describe('ReplyParser', () => {
  for (const [name, [text, expected]] of Object.entries(conversations)) {
    it(`understands a program that ${name}, whole and byte by byte`, () => {
      for (const outcome of [whole(text), parse(single(text))]) {
        assert.equal(outcome.state, 'ended');
        assert.equal(outcome.output, expected.output);
        assert.equal(outcome.kind, expected.kind);
        assert.equal(outcome.rest, '');
      }
    });
  }

  it('takes a traceback for an end as long as nothing follows, whole and byte by byte', () => {
    const text = `OKx\x04${TRACEBACK}\x04>`;
    for (const chunks of [[bytes(text)], single(text)]) {
      const parser = new ReplyParser(MARK);
      assert.equal(chunks.map((chunk) => parser.push(chunk).toString()).join(''), 'x');
      assert.equal(parser.state, 'doubtful');
      assert.equal(parser.plausible, true);
      parser.confirm();
      assert.deepEqual(parser.end, { kind: 'raised', stderr: bytes(TRACEBACK) });
    }
  });

  it('keeps late output behind a traceback', () => {
    const parser = new ReplyParser(MARK);
    parser.push(bytes(`OK\x04${TRACEBACK}\x04>thread\r\n`));
    assert.equal(parser.plausible, true);
    assert.equal(parser.rest.toString(), 'thread\r\n');
  });

  it('doubts a prompt without mark, and takes it when the device confirms', () => {
    const parser = new ReplyParser(MARK);
    assert.equal(parser.push(bytes('OKx\x04\x04>')).toString(), 'x');
    assert.equal(parser.state, 'doubtful');
    parser.confirm();
    assert.equal(parser.confirmed?.kind, 'ended');
  });

  it('goes on when more comes after a doubtful end', () => {
    const parser = new ReplyParser(MARK);
    let output = parser.push(bytes('OK\x04\x04>')).toString('latin1');
    output += parser.push(bytes(`more${END}`)).toString('latin1');
    assert.equal(output, '\x04\x04>more');
    assert.equal(parser.end?.kind, 'completed');
  });

  it('doubts an exception without frames', () => {
    const outcome = whole('OK\x04KeyboardInterrupt: \r\n\x04>');
    assert.equal(outcome.state, 'doubtful');
    assert.equal(outcome.stderr, 'KeyboardInterrupt: \r\n');
  });

  it('doubts every traceback in binary output', () => {
    const parser = new ReplyParser(MARK, { binary: true });
    parser.push(bytes(`OK\x04${TRACEBACK}\x04>`));
    assert.equal(parser.state, 'doubtful');
    assert.equal(parser.plausible, false);
  });

  it('sees a chip that boots', () => {
    const boot = 'OKx\r\nets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n';
    assert.equal(whole(boot).kind, 'booting');
    assert.equal(parse(single(boot)).kind, 'booting');
  });

  it('doubts a friendly prompt behind a banner: a program may print that too', () => {
    const banner =
      'MPY: soft reboot\r\nMicroPython v1.28.0 on 2026-01-01; Pico\r\nType "help()" for more information.\r\n>>> ';
    const parser = new ReplyParser(MARK);
    parser.push(bytes(`OKx\r\n${banner}`));
    assert.equal(parser.state, 'doubtful');
    assert.equal(parser.end?.kind, 'restarted');
    parser.push(bytes(`no${END}`));
    assert.equal(parser.end?.kind, 'completed');
  });

  it('sees a restart before the command was taken', () => {
    const parser = new ReplyParser(MARK);
    parser.push(bytes('MPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>'));
    assert.equal(parser.state, 'doubtful');
    assert.equal(parser.accepted, false);
    parser.push(bytes(`OKx${END}`));
    assert.equal(parser.end?.kind, 'completed');
  });

  it('leaves what stands behind the prompt', () => {
    assert.equal(whole(`OK${END}thread\r\n`).rest, 'thread\r\n');
  });

  it('gives the same result for every split of every conversation', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(conversations).map(([text]) => text)),
        fc.array(fc.nat(500), { maxLength: 40 }),
        (text, cuts) => {
          assert.deepEqual(parse(split(text, cuts)), whole(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('returns any bytes that a program prints, in any split', () => {
    const nasty = fc.constantFrom(
      '\x04',
      '>',
      '\x04>',
      '\x04\x04',
      '~',
      MARK.slice(0, 4),
      'Traceback',
      'OK',
      '\r\n',
      'a',
      '\xff',
    );
    fc.assert(
      fc.property(
        fc.array(nasty, { maxLength: 60 }),
        fc.array(fc.nat(500), { maxLength: 40 }),
        fc.boolean(),
        (parts, cuts, binary) => {
          const printed = parts.join('');
          const chunks = split(`OK${printed}${END}`, cuts);
          const outcome = parse(chunks, { binary });
          assert.equal(outcome.kind, 'completed');
          assert.equal(outcome.output, printed);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes garbage without end, in bounded memory', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.nat(2000), { maxLength: 20 }), (garbage, cuts) => {
        parse(split(Buffer.from(garbage).toString('latin1'), cuts));
        parse(split('OK' + Buffer.from(garbage).toString('latin1'), cuts));
      }),
      { numRuns: 300 },
    );
    const parser = new ReplyParser(MARK);
    parser.push(bytes('OK'));
    let output = 0;
    for (let i = 0; i < 200; i++) output += parser.push(Buffer.alloc(1024, '\x04\x04x')).length;
    assert.ok(output > 100 * 1024, `${output} bytes were let go`);
  });
});
