import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { DeviceFs } from '../../../src/lib/fs/device-fs';
import { describeTargets, fileTargets } from '../../support/file-targets';

const OLD = randomBytes(3000);
const NEW = randomBytes(4000);

// The disk refuses every write from the nth on, and is mounted anew: what a board finds after the power came back.
describeTargets(
  'a power cut at any write to the flash',
  (open, target) => {
    for (const append of [false, true]) {
      it(`leaves the old content or the new in ${append ? 'append' : 'writeFile'}`, async () => {
        const runner = await open();
        const fs = new DeviceFs(runner);
        const whole = append ? Buffer.concat([OLD, NEW]) : NEW;
        await fs.writeFile('/file', OLD);
        let done = false;
        for (let writes = 0; !done; writes++) {
          assert.ok(writes < 500);
          await runner.python(`_disk['disk'].power = ${writes}`);
          done = await fs.writeFile('/file', NEW, { append }).then(
            () => true,
            () => false,
          );
          await runner.python("del _nrmp; _disk['again']()");
          runner.generation++;
          const exists = await fs.exists('/file');
          if (!exists) {
            // FAT removes the old file before it renames the new one: that is there, under the temporary name.
            assert.match(target, /Fat/);
            const [left] = (await fs.list('/')).filter(({ name }) => name.startsWith('.~'));
            assert.deepEqual(await fs.readFile(left!.path), whole);
            await fs.remove(left!.path);
          } else {
            const found = await fs.readFile('/file');
            const isOld =
              found.equals(OLD) || (append && target.includes('Fat') && found.subarray(0, 3000).equals(OLD));
            assert.ok(isOld || found.equals(whole), `a mixture at write ${writes}: ${found.length} bytes`);
          }
          await fs.writeFile('/file', OLD);
          assert.deepEqual(
            (await fs.list('/')).map(({ name }) => name),
            ['file'],
          );
        }
      });
    }
  },
  fileTargets.slice(1),
);
