/** What is used of the module that Emscripten generates; version 1.27.0 of the package. */

export interface MicroPythonExports {
  readonly memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(pointer: number): void;
  mp_js_init(pystackSize: number, heapSize: number): void;
  proxy_c_init(): void;
  mp_js_do_exec(source: number, length: number, result: number): void;
  mp_js_repl_init(): void;
  mp_js_repl_process_char(character: number): number;
  mp_sched_keyboard_interrupt(): void;
  /** Byte address above the C stack, which grows downwards. */
  emscripten_stack_get_base(): number;
}

export interface FsNode {
  readonly name: string;
  readonly parent: FsNode;
  readonly mode: number;
  usedBytes?: number;
}

export interface FsStream {
  readonly node: FsNode;
  readonly flags: number;
}

export interface StatFs {
  bsize: number;
  frsize: number;
  blocks: number;
  bfree: number;
  bavail: number;
}

/** Emscripten's file system, in memory. Its own system calls go through these properties, so they can be replaced. */
export interface EmscriptenFs {
  readonly ErrnoError: new (errno: number) => Error;
  readonly streams: (FsStream | null | undefined)[];
  open(path: string, flags?: string | number, mode?: number): FsStream;
  close(stream: FsStream): void;
  write(
    stream: FsStream,
    buffer: Uint8Array | Int8Array,
    offset: number,
    length: number,
    position?: number,
    canOwn?: boolean,
  ): number;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  mkdir(path: string, mode?: number): FsNode;
  rmdir(path: string): void;
  readdir(path: string): string[];
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array): void;
  stat(path: string): { mode: number; size: number };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  cwd(): string;
  getPath(node: FsNode): string;
  analyzePath(path: string): { exists: boolean };
  statfs(path: string): StatFs;
  statfsStream(stream: FsStream): StatFs;
}

export type WasmFunction = (...args: number[]) => number | bigint | void;

/** Import objects that the generated code offers to the WebAssembly module. */
export interface MicroPythonImports {
  env: Record<string, WasmFunction>;
  wasi_snapshot_preview1: Record<string, WasmFunction>;
}

export interface EmscriptenModule {
  readonly FS: EmscriptenFs;
}

export type CreateModule = (options: {
  printErr(text: string): void;
  instantiateWasm(
    imports: MicroPythonImports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): WebAssembly.Exports;
}) => Promise<EmscriptenModule>;

/** Numbers of the WASI errno list, which Emscripten uses. */
export const Errno = { SUCCESS: 0, EINTR: 27, ENOSPC: 51 } as const;
