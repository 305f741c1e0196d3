import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Device, registerTransport } from '../../dist/lib/index';
import { WebReplTransport } from '../../dist/lib/transport/webrepl-transport';
import { describeEngine } from '../support/engine-suite';
import { openPty } from '../support/pty';
import { findSer2net, startSer2net } from '../support/ser2net';
import { simBehind } from '../support/sim-behind';
import { startTcpServer, unusedPort } from '../support/tcp-server';
import { startWebReplServer } from '../support/webrepl-server';

describeEngine('tcp:// to a simulated device', async () => {
  let client: Socket | undefined;
  const sim = await simBehind('behind-tcp', (bytes) => client?.write(bytes));
  const server = await startTcpServer((socket) => {
    client = socket;
    socket.on('data', (bytes) => sim.type(bytes));
  });
  return {
    address: `tcp://127.0.0.1:${server.port}`,
    platform: 'webassembly',
    stop: async () => {
      await server.stop();
      await sim.close();
    },
  };
});

describeEngine('WebREPL to a simulated device', async () => {
  const server = await startWebReplServer({ onInput: (bytes) => sim.type(bytes) });
  const sim = await simBehind('behind-webrepl', (bytes) => server.send(bytes));
  // The suite opens devices without options, and the password is one.
  const password = 'secret';
  const unregister = registerTransport('ws-test', (_rest, options, address) => {
    return new WebReplTransport(server.url, { ...options, password }, address);
  });
  return {
    address: 'ws-test:',
    platform: 'webassembly',
    stop: async () => {
      unregister();
      assert.equal(server.lostBytes(), 0, 'the input buffer of the device overflowed');
      await server.stop();
      await sim.close();
    },
  };
});

const ser2net = findSer2net();

/** A simulated device behind a pseudo-terminal behind the real ser2net. */
async function startSimBehindSer2net(name: string) {
  const pty = await openPty();
  const sim = await simBehind(name, (bytes) => void pty.write(bytes));
  pty.onData((bytes) => sim.type(bytes));
  const server = await startSer2net(ser2net!, pty.path, await unusedPort());
  return {
    server,
    address: `rfc2217://127.0.0.1:${server.port}`,
    platform: 'webassembly',
    stop: async () => {
      await server.stop();
      await pty.close();
      await sim.close();
    },
  };
}

(ser2net ? describe : describe.skip)('with ser2net', function () {
  describeEngine('rfc2217:// through ser2net to a simulated device', () => startSimBehindSer2net('behind-ser2net'));

  it('ends a command with CONNECTION_LOST when ser2net is killed, and goes on when it is back', async function () {
    this.timeout(30_000);
    const target = await startSimBehindSer2net('killed');
    const device = await Device.open(target.address);
    try {
      await device.exec('survivor = 42');
      let started: () => void = () => {};
      const running = new Promise<void>((resolve) => (started = resolve));
      const endless = assert.rejects(
        device.exec('print("started")\nwhile True: pass', { onOutput: () => started(), timeout: 0 }),
        { code: 'CONNECTION_LOST', address: target.address },
      );
      await running;
      await target.server.kill();
      await endless;
      // Queued while nobody listens: runs when the server is back. The chip went on all the time.
      const later = device.eval('survivor');
      await target.server.restart();
      assert.equal(await later, 42);
    } finally {
      await device.close();
      await target.stop();
    }
  });
});
