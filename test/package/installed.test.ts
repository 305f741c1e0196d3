import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedTarball, PACKAGE, ROOT } from '../support/packed-package';

const run = promisify(execFile);

describe('the library, installed from the tarball', function () {
  this.timeout(240_000);
  let folder: string;

  before(async () => {
    folder = await installedTarball();
  });

  /** Runs a program in the folder and resolves to what it printed. */
  async function node(file: string, program: string): Promise<string> {
    writeFileSync(join(folder, file), program);
    const { stdout } = await run(process.execPath, [file], { cwd: folder, timeout: 30_000, env: bareEnvironment() });
    return stdout.trim();
  }

  const names = async () =>
    JSON.parse(await node('names.cjs', `console.log(JSON.stringify(Object.keys(require('${PACKAGE}'))))`)) as string[];

  it('is required', async () => {
    const exported = await names();
    for (const name of ['Device', 'DevicePool', 'listPorts', 'registerTransport', 'MicroPythonError', 'setTraceSink']) {
      assert.ok(exported.includes(name), `${name} is not exported`);
    }
  });

  it('is imported by name: Node.js recognises every export of the CommonJS file', async () => {
    const exported = await names();
    const program = `import { ${exported.join(', ')} } from '${PACKAGE}';\nconsole.log([${exported.join(', ')}].every((x) => x !== undefined));`;
    assert.equal(await node('import.mjs', program), 'true');
  });

  it('runs Python on the simulated device, and lets its program end', async () => {
    const program = `
      import { Device } from '${PACKAGE}';
      const device = await Device.open('sim:');
      console.log(await device.eval('6 * 7'));
      await device.close();`;
    assert.equal(await node('run.mjs', program), '42');
  });

  it('keeps everything else to itself', async () => {
    const program = `try { require('${PACKAGE}/dist/lib/errors'); } catch (error) { console.log(error.code); }`;
    assert.equal(await node('inner.cjs', program), 'ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('has types that a strict TypeScript program resolves', async () => {
    writeFileSync(
      join(folder, 'program.mts'),
      `import { Device, DevicePool, listPorts, type ExecResult, type PortInfo, type Transport } from '${PACKAGE}';
       export async function use(transport: Transport): Promise<number> {
         await using device: Device = await Device.open('sim:', { baudRate: 115200 });
         const result: ExecResult = await device.exec('print(1)', { timeout: 1000 });
         const bytes: Buffer = (await device.exec('print(1)', { encoding: 'buffer' })).output;
         const file: Buffer = await device.fs.readFile('/main.py');
         const ports: PortInfo[] = await listPorts();
         const lease = await new DevicePool().acquire(transport.address);
         // @ts-expect-error: an option that does not exist
         await lease.device.exec('1', { tiemout: 1 });
         return result.durationMs + bytes.length + file.length + ports.length;
       }`,
    );
    const options = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2023', 'esnext.disposable'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.mts'] }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', folder], { cwd: folder, timeout: 60_000 }).catch(
      (error: { stdout?: string }) => {
        assert.fail(error.stdout || 'tsc could not be run');
      },
    );
  });
});

/** Without the loader of the test runner, which would read TypeScript as well. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: '' };
}
