/** Real MicroPython inside this process, to ask how it understands source and what it prints. No device, no protocol. */
export interface WasmInterpreter {
  /** Runs source and returns what it printed; an uncaught exception's traceback comes as `stderr`. */
  run(code: string): { stdout: string; stderr: string };
  /** Runs source that need not be UTF-8, as a module. */
  runBytes(code: Uint8Array): void;
  /** Types bytes at the REPL, one after the other, and returns what came back. */
  type(bytes: Uint8Array): Buffer;
  readFile(path: string): Buffer;
}

interface WasmModule {
  loadMicroPython(options: object): Promise<{
    runPython(code: string): unknown;
    replInit(): void;
    replProcessChar(byte: number): number;
    FS: { writeFile(path: string, data: Uint8Array): void; readFile(path: string): Uint8Array };
  }>;
}

export async function loadWasmInterpreter(): Promise<WasmInterpreter> {
  const name = '@micropython/micropython-webassembly-pyscript/micropython.mjs';
  const wasm = (await import(name)) as WasmModule;
  let printed: Uint8Array[] = [];
  const micropython = await wasm.loadMicroPython({
    stdout: (chunk: Uint8Array) => printed.push(Uint8Array.from(chunk)),
    linebuffer: false,
    heapsize: 8 * 1024 * 1024,
  });
  const taken = () => {
    const bytes = Buffer.concat(printed);
    printed = [];
    return bytes;
  };
  let modules = 0;
  micropython.replInit();
  taken();
  return {
    run(code) {
      let stderr = '';
      try {
        micropython.runPython(code);
      } catch (error) {
        stderr = (error as Error).message;
      }
      return { stdout: taken().toString(), stderr };
    },
    runBytes(code) {
      const module = `module${++modules}`;
      micropython.FS.writeFile(`/${module}.py`, code);
      micropython.runPython(`import sys\nif '/' not in sys.path: sys.path.append('/')\nimport ${module}`);
    },
    type(bytes) {
      for (const byte of bytes) micropython.replProcessChar(byte);
      return taken();
    },
    readFile: (path) => Buffer.from(micropython.FS.readFile(path)),
  };
}
