// The process of stand-in.ts: MicroPython's Unix port behind a pseudo-terminal, in a process of its own, so that its
// copying does not take turns with what is measured. Ends when the bench does.
import { startUnixPort } from '../test/support/unix-port';

async function main(): Promise<void> {
  const baudRate = Number(process.argv[2] ?? 0);
  const device = await startUnixPort(baudRate > 0 ? { link: { baudRate, latencyMs: 1 } } : {});
  process.once('disconnect', () => void device.stop().finally(() => process.exit()));
  process.send!({ path: device.path });
}

main().catch((error: unknown) => {
  process.send?.({ error: error instanceof Error ? error.message : String(error) });
  process.disconnect?.();
  process.exitCode = 1;
});
