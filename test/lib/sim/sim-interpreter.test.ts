/** The interpreter in this thread, its memory not shared: as if a later package could not be interrupted from outside. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DeviceUart } from '../../../src/lib/sim/device-uart';
import type { CreateModule } from '../../../src/lib/sim/emscripten';
import type { FlashChange } from '../../../src/lib/sim/sim-files';
import { DeviceReset, SimInterpreter } from '../../../src/lib/sim/sim-interpreter';
import { SimLine } from '../../../src/lib/sim/sim-line';

const PACKAGE = '@micropython/micropython-webassembly-pyscript';

describe('SimInterpreter, when it cannot be interrupted from outside', () => {
  let wasm: WebAssembly.Module;
  let create: CreateModule;
  before(async () => {
    wasm = new WebAssembly.Module(readFileSync(require.resolve(`${PACKAGE}/micropython.wasm`)));
    ({ default: create } = (await import(PACKAGE)) as { default: CreateModule });
  });

  async function start(flash: [string, Uint8Array | undefined][] = []) {
    const line = new SimLine(SimLine.allocate());
    const changes: FlashChange[] = [];
    const state = { interrupt: false };
    const python = await SimInterpreter.start(create, {
      wasm,
      uart: new DeviceUart(line, () => {}),
      name: 'inside',
      flash: new Map(flash),
      flashCapacity: 65_536,
      onFlashChange: (change) => changes.push(change),
      takeInterrupt: () => {
        const taken = state.interrupt;
        state.interrupt = false;
        return taken;
      },
      onRun: () => {},
    });
    return {
      python,
      changes,
      state,
      exec: (source: string) => python.exec(Buffer.from(source)),
      output: () => Buffer.from(line.output.read(Infinity)).toString(),
    };
  }

  it('says so', async () => {
    const { python } = await start();
    assert.equal(python.interruptWords, undefined);
  });

  for (const [name, program] of Object.entries({
    'a sleep': 'time.sleep(100)',
    'a read': 'sys.stdin.read(1)',
    'a poll': 'p = select.poll()\np.register(sys.stdin, 1)\np.poll(100000)',
  })) {
    it(`ends ${name} all the same`, async () => {
      const { exec, state } = await start();
      exec('import select, sys, time');
      state.interrupt = true;
      const outcome = exec(program);
      assert.equal(outcome.type, 'raised');
      assert.match(outcome.type === 'raised' ? outcome.traceback : '', /KeyboardInterrupt: \n$/);
      assert.deepEqual(exec('pass'), { type: 'done' });
    });
  }

  it('reports what happens to its files, each time one is safe', async () => {
    const { exec, changes } = await start();
    let outcome = exec(
      'import os\nos.mkdir("d")\nf = open("d/f", "w")\nf.write("one")\nf.flush()\nf.write(" two")\nf.close()',
    );
    assert.deepEqual(outcome, { type: 'done' });
    outcome = exec('os.rename("d/f", "/g")\nos.rmdir("d")\nos.remove("./g")\nopen("r", "w").close()\nopen("r").read()');
    assert.deepEqual(outcome, { type: 'done' });
    const told = changes.map((change) =>
      change.type === 'file'
        ? `file ${change.path} ${Buffer.from(change.data).toString()}`
        : Object.values(change).join(' '),
    );
    assert.deepEqual(told, [
      'dir /d',
      'file /d/f one',
      'file /d/f one two',
      'renamed /d/f /g',
      'removed /d',
      'removed /g',
      'file /r ',
    ]);
  });

  it('starts with the files that it is given', async () => {
    const { python, exec, output } = await start([
      ['/lib', undefined],
      ['/lib/m.py', Buffer.from('print("imported")')],
      ['/main.py', Buffer.from('import m\nraise ValueError("no")')],
    ]);
    assert.deepEqual(python.execFile('/missing.py'), { type: 'done' });
    assert.deepEqual(python.execFile('/main.py'), {
      type: 'raised',
      traceback: 'Traceback (most recent call last):\n  File "main.py", line 2, in <module>\nValueError: no\n',
    });
    assert.equal(output(), 'imported\r\n');
    assert.deepEqual(exec('import sys\nsys.exit(1)'), { type: 'exit' });
  });

  it('is thrown out of by its reset pin', async () => {
    const { exec } = await start();
    assert.throws(() => exec('import machine\nmachine.reset()'), DeviceReset);
  });
});
