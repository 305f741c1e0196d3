import type { Interpreter } from './direct-runner';

interface WasmModule {
  loadMicroPython(options: object): Promise<{ replInit(): void; replProcessChar(byte: number): number }>;
}

/** The WebAssembly build of MicroPython in this process, through its raw REPL. @param heap bytes of memory for Python */
export async function directWasm(heap = 4 * 1024 * 1024): Promise<Interpreter> {
  const name = '@micropython/micropython-webassembly-pyscript/micropython.mjs';
  const wasm = (await import(name)) as WasmModule;
  let printed: Buffer[] = [];
  const micropython = await wasm.loadMicroPython({
    stdout: (chunk: Uint8Array) => printed.push(Buffer.from(chunk)),
    linebuffer: false,
    heapsize: heap,
  });
  const type = (bytes: Uint8Array) => {
    for (const byte of bytes) micropython.replProcessChar(byte);
    const output = Buffer.concat(printed);
    printed = [];
    return output;
  };
  micropython.replInit();
  type(Buffer.from('\x01'));
  return {
    exec(code, onOutput) {
      const reply = Buffer.concat([type(code), type(Buffer.from('\x04'))]);
      // A traceback holds no 04, so the last two are the protocol's.
      const second = reply.lastIndexOf('\x04>');
      const first = reply.lastIndexOf(4, second - 1);
      if (first > 2) onOutput(reply.subarray(2, first));
      return Promise.resolve(reply.toString('utf8', first + 1, second));
    },
    close: () => Promise.resolve(),
  };
}
