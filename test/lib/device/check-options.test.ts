import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { Device, type ArgumentError, type ExecOptions } from '../../../src/lib/index';
import { scripted } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';

describe('Options that cannot be', () => {
  const refused = (address: string, text: RegExp) => (error: ArgumentError) => {
    assert.equal(error.code, 'INVALID_ARGUMENT');
    assert.equal(error.address, address);
    assert.match(error.message, text);
    assert.ok(error.message.includes(address));
    return true;
  };

  const ofDevices: [object, RegExp][] = [
    [{ queueLimit: NaN }, /^queueLimit .* must be a number, 0 or more, not NaN/],
    [{ queueLimit: -1 }, /^queueLimit/],
    [{ queuePolicy: 'newest' }, /^queuePolicy .* must be 'reject' or 'dropOldest', not 'newest'/],
    [{ offline: 'maybe' }, /^offline/],
    [{ autoConnect: 'no' }, /^autoConnect .* must be true or false/],
    [{ connectTimeout: '5' }, /^connectTimeout .* must be milliseconds, 0 or more, not '5'/],
    [{ initCode: 5 }, /^initCode .* must be text/],
    // It would end the command in its middle, and the rest would pass for the next one's output.
    [{ initCode: 'import a\nb = "\x04"' }, /^initCode .* control character 0x04 in line 2/],
  ];
  for (const [options, text] of ofDevices) {
    it(`of a device are refused: ${inspect(options)}`, async () => {
      const board = new ScriptedDevice();
      try {
        await assert.rejects(Device.open(board.address, options), refused(board.address, text));
        assert.equal(board.fake.opens, 0);
      } finally {
        board.stop();
      }
    });
  }

  const ofCommands: [object, RegExp][] = [
    [{ timeout: -1 }, /^timeout .* must be milliseconds, 0 or more, not -1/],
    [{ timeout: NaN }, /^timeout/],
    [{ timeout: null }, /^timeout/],
    [{ timeout: '5' }, /^timeout/],
    [{ signal: new AbortController() }, /^signal .* must be an AbortSignal/],
    [{ onOutput: 'log' }, /^onOutput .* must be a function/],
    [{ encoding: 'latin1' }, /^encoding .* must be 'utf8' or 'buffer'/],
    [{ maxOutput: NaN }, /^maxOutput/],
    [{ args: { 'no name': 1 } }, /no name for a Python variable/],
    [{ args: { when: new Date(0) } }, /^args\.when is an instance of Date/],
  ];
  for (const [options, text] of ofCommands) {
    it(
      `of a command are refused before anything is sent: ${inspect(options, { depth: 1, breakLength: Infinity })}`,
      scripted(async ({ board, device }) => {
        await assert.rejects(device.exec("ran('a')", options as ExecOptions), refused(board.address, text));
        assert.equal(board.fake.heard.length, 0);
      }),
    );
  }

  it(
    'are those of other calls, too',
    scripted(async ({ board, device }) => {
      await assert.rejects(device.softReset({ timeout: -1 }), refused(board.address, /^timeout/));
      await assert.rejects(device.eval('1', { timeout: -1 }), refused(board.address, /^timeout/));
      await assert.rejects(device.connect({ signal: {} as AbortSignal }), refused(board.address, /^signal/));
      await assert.rejects(device.setClock(5 as unknown as Date), refused(board.address, /needs a valid date/));
    }),
  );

  it(
    'undefined and unknown ones are no mistake',
    scripted(
      async ({ device }) => {
        const options = { timeout: undefined, signal: undefined, onOutput: undefined, extra: 1 };
        assert.equal((await device.exec("print('a')", options)).output, 'a\n');
      },
      { open: { queueLimit: undefined, initCode: undefined, ...{ extra: 5 } } },
    ),
  );
});
