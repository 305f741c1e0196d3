import assert from 'node:assert/strict';
import { Device, type ByteSink, type Transport, type TransportError } from '../../../src/lib/index';
import { registerTransport } from '../../../src/lib/transport/registered-transports';
import type { TransportFactory } from '../../../src/lib/transport/transport';
import { virtually } from '../../support/virtual-time';

const never = () => new Promise<never>(() => {});
const refuse = () => Promise.reject(new Error('a mistake'));
const throwIt = () => {
  throw new Error('a mistake');
};

/** A test in virtual time with a transport that is fine but for its mistakes. Its address is `own:`. */
function mistaken(mistakes: Partial<Transport> | TransportFactory, work: () => Promise<void>): () => Promise<void> {
  return virtually(async () => {
    const fine: Transport = {
      address: 'own:',
      traits: { pushesBack: true, eightBit: true, rawPaste: true },
      open: () => Promise.resolve(),
      write: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const factory = typeof mistakes === 'function' ? mistakes : () => ({ ...fine, ...mistakes });
    const unregister = registerTransport('own', factory);
    try {
      await work();
    } finally {
      unregister();
    }
  });
}

const fails = (code: string, text: RegExp) => (error: TransportError) => {
  assert.equal(error.code, code);
  assert.equal(error.address, 'own:');
  assert.match(error.message, text);
  return true;
};

describe("A transport of one's own that breaks the contract", () => {
  for (const [name, open] of Object.entries({ rejects: refuse, throws: throwIt })) {
    it(
      `cannot open when its open ${name}`,
      mistaken({ open }, () =>
        assert.rejects(Device.open('own:'), fails('OPEN_FAILED', /^cannot open own:: a mistake$/)),
      ),
    );
  }

  it(
    'cannot open when its open never settles',
    mistaken({ open: never }, () =>
      assert.rejects(Device.open('own:', { connectTimeout: 500 }), fails('OPEN_FAILED', /no answer within 0.5 s/)),
    ),
  );

  it(
    'is given up when the caller does so, though its open never settles',
    mistaken({ open: never }, async () => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 50);
      await assert.rejects(Device.open('own:', { signal: abort.signal }), { code: 'ABORTED' });
    }),
  );

  it(
    'cannot open when its factory makes a promise',
    mistaken((() => Promise.resolve()) as unknown as TransportFactory, () =>
      assert.rejects(Device.open('own:'), fails('OPEN_FAILED', /its factory made no transport, there is no open\(\)/)),
    ),
  );

  for (const [name, close] of Object.entries({ 'never settles': never, rejects: refuse, throws: throwIt })) {
    it(
      `holds up nobody when its close ${name}`,
      mistaken({ close }, async () => {
        const device = await Device.open('own:');
        const running = assert.rejects(device.eval('1'), { code: 'DEVICE_CLOSED' });
        const began = Date.now();
        await device.close();
        assert.ok(Date.now() - began <= 2500);
        await running;
      }),
    );
  }

  for (const [name, hardReset] of Object.entries({ 'never settles': never, rejects: refuse, throws: throwIt })) {
    it(
      `fails to reset when its hardReset ${name}`,
      mistaken({ hardReset }, async () => {
        await using device = await Device.open('own:');
        await assert.rejects(device.hardReset(), fails('CONNECTION_LOST', /^resetting own:/));
      }),
    );
  }

  const inLater = (tell: (sink: ByteSink) => void) => (sink: ByteSink) => {
    setTimeout(() => tell(sink), 10);
    return Promise.resolve();
  };

  it(
    'loses the connection once, with a code, however it tells',
    mistaken(
      {
        open: inLater((sink) => {
          sink.closed(new Error('out of range'));
          sink.closed(new Error('again'));
          sink.data(Buffer.from('late'));
        }),
      },
      async () => {
        await using device = await Device.open('own:', { offline: 'fail' });
        await assert.rejects(
          device.eval('1'),
          fails('CONNECTION_LOST', /the connection to own: was lost: out of range$/),
        );
      },
    ),
  );

  it(
    'loses the connection when it hands over text',
    mistaken({ open: inLater((sink) => sink.data('>>> ' as never)) }, async () => {
      await using device = await Device.open('own:', { offline: 'fail' });
      await assert.rejects(device.eval('1'), fails('CONNECTION_LOST', /hands over a string in place of bytes/));
    }),
  );
});
