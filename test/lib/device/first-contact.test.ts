import assert from 'node:assert/strict';
import { Device } from '../../../src/lib/index';
import type { Transport } from '../../../src/lib/transport/transport';
import { scripted } from '../../support/scripted';
import { ScriptedDevice } from '../../support/scripted-device';
import { virtually } from '../../support/virtual-time';

/** What an ESP8266 says at 74880 baud, read at 115200. */
const NOISE = Buffer.from([0x00, 0xe0, 0x1c, 0xfe, 0x80, 0xf0, 0x00, 0x1c]);
const LONG = '#'.repeat(600);

describe('the first command', () => {
  it(
    'waits for a board that restarts when its port is opened, and takes its time to boot',
    virtually(async () => {
      const board: ScriptedDevice = new ScriptedDevice({}, (usual) => {
        const open = usual.open.bind(usual);
        return Object.assign(usual, {
          open: async (...args: Parameters<Transport['open']>) => {
            await open(...args);
            board.fake.say(NOISE);
            board.fake.reset('hard');
            // While it boots, it loses what it is sent.
            board.fake.deaf = true;
            setTimeout(() => board.fake.resume(), 4_000);
          },
        });
      });
      const device = await Device.open(board.address, { initCode: "ran('init')" });
      await device.exec("ran('a')");
      assert.deepEqual(board.ran, ['init', 'a']);
      await device.close();
      board.stop();
    }),
  );

  it(
    'is not disturbed by what ModemManager has typed',
    scripted(async ({ board, device }) => {
      const modemManager = board.fake.createTransport();
      await device.disconnect();
      await modemManager.open({ data: () => {}, closed: () => {} }, new AbortController().signal);
      await modemManager.write(Buffer.from('AT\rAT+GCAP\r~x\xf0~AT'));
      await modemManager.close();
      await device.connect();
      assert.equal((await device.exec("print('hello')")).output, 'hello\n');
    }),
  );

  for (const rawPaste of ['yes', 'refused', 'unknown', 'silent'] as const) {
    it(
      `runs once, whatever its length, where raw paste is: ${rawPaste}`,
      scripted(
        async ({ board, device }) => {
          await device.exec(`${LONG}\nran('long')`);
          await device.exec("ran('short')");
          await device.exec(`${LONG}\nran('again')`);
          assert.deepEqual(board.ran, ['long', 'short', 'again']);
        },
        { fake: { rawPaste, garbage: 'a thread prints\r\n' } },
      ),
    );
  }

  it(
    'runs behind a UART whose window is the smallest that is known, and no byte is lost',
    scripted(
      async ({ board, device }) => {
        await device.exec(`${LONG}\nran('long')`);
        assert.deepEqual(board.ran, ['long']);
        assert.equal(board.fake.lost, 0);
      },
      { fake: { window: 32, ring: 64, pushesBack: false } },
    ),
  );
});
