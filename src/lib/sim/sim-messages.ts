import type { FlashChange } from './sim-files';
import type { InterruptWords } from './sim-interrupt';
import type { SharedLine } from './sim-line';
import type { ReplMode, Start } from './sim-repl';

/** What a device's thread is given when it starts. */
export interface WorkerStart {
  readonly line: SharedLine;
  readonly wasm: WebAssembly.Module;
  /** `file:` address of the package's module. */
  readonly package: string;
  readonly name: string;
  readonly start: Start;
  readonly flash: ReadonlyMap<string, Uint8Array | undefined>;
  readonly flashCapacity: number;
}

/** What a device's thread tells the front. */
export type WorkerMessage =
  /** Look at the line: there is output, or room for input. */
  | { readonly type: 'look' }
  | { readonly type: 'started'; readonly memory?: WebAssembly.Memory; readonly words?: InterruptWords }
  | { readonly type: 'flash'; readonly change: FlashChange }
  /** Sent last. `power`: as after the reset button. */
  | { readonly type: 'reset'; readonly cause: 'power' | 'soft reset'; readonly mode: ReplMode };
