/** How far a transfer is. */
export interface Progress {
  /** Bytes of the file, or files, that are done. */
  readonly transferred: number;
  /** Bytes in all; undefined when nobody knows. */
  readonly total: number | undefined;
}

/** Told after each piece. One that throws harms nobody. */
export type OnProgress = (progress: Progress) => void;

/** Tells about progress, and keeps what the listener throws away from the transfer. */
export function report(onProgress: OnProgress | undefined, transferred: number, total: number | undefined): void {
  try {
    onProgress?.({ transferred, total });
  } catch {
    // The file is more important than the display.
  }
}
