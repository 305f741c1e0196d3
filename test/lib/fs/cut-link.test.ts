import { strict as assert } from 'node:assert';
import { Device, registerTransport, TransportError } from '../../../dist/lib/index';
import { SimTransport } from '../../../dist/lib/transport/sim-transport';
import type { ByteSink, Transport } from '../../../dist/lib/transport/transport';

/** A link that breaks when so many bytes have gone to the device. */
class CutTransport implements Transport {
  static bytesLeft = Infinity;
  static written = 0;
  readonly traits: Transport['traits'];
  #sink: ByteSink | undefined;

  constructor(private readonly inner: SimTransport) {
    this.traits = inner.traits;
  }

  get address(): string {
    return 'cut:test';
  }

  open(sink: ByteSink, signal: AbortSignal): Promise<void> {
    this.#sink = sink;
    return this.inner.open({ data: (chunk) => this.#sink?.data(chunk), closed: (error) => this.#break(error) }, signal);
  }

  async write(bytes: Uint8Array): Promise<void> {
    CutTransport.written += bytes.length;
    if (bytes.length <= CutTransport.bytesLeft) {
      CutTransport.bytesLeft -= bytes.length;
      return this.inner.write(bytes);
    }
    const part = bytes.subarray(0, CutTransport.bytesLeft);
    CutTransport.bytesLeft = Infinity;
    if (part.length > 0) await this.inner.write(part);
    const error = new TransportError('CONNECTION_LOST', 'cut');
    this.#break(error);
    throw error;
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  #break(error?: Error): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.closed(error);
    void this.inner.close();
  }
}

describe('a link that is cut at every byte of an upload', function () {
  this.timeout(120_000);
  let unregister: () => void;
  let device: Device;

  before(async () => {
    unregister = registerTransport('cut', () => new CutTransport(new SimTransport('cut')));
    device = await Device.open('cut:test');
  });
  after(async () => {
    CutTransport.bytesLeft = Infinity;
    await device?.close();
    unregister?.();
  });

  it('leaves the old content or the new, and the next write cleans up', async () => {
    await device.fs.writeFile('/file', 'old content');
    let cuts = 0;
    for (let offset = 0; ; offset++) {
      // The first write after a reconnect greets the device; the second is only the file.
      await device.fs.writeFile('/file', 'old content');
      CutTransport.bytesLeft = offset;
      const failure = await device.fs.writeFile('/file', 'new content').then(
        () => undefined,
        (error: unknown) => error as TransportError,
      );
      CutTransport.bytesLeft = Infinity;
      const found = (await device.fs.readFile('/file')).toString();
      if (!failure) {
        assert.equal(found, 'new content');
        break;
      }
      cuts++;
      assert.equal(failure.code, 'CONNECTION_LOST', String(failure));
      assert.match(found, /^(old|new) content$/);
    }
    assert.ok(cuts > 100, `${cuts} cuts`);
    assert.deepEqual(
      (await device.fs.list('/')).filter(({ name }) => name.startsWith('.~')),
      [],
    );
  });
});
