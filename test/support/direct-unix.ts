import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Interpreter } from './direct-runner';

/**
 * MicroPython's Unix port behind pipes.
 * @param heap bytes of memory for Python
 */
export function directUnix(command: string[], heap = 2 * 1024 * 1024): Interpreter {
  const args = [...command.slice(1), '-X', `heapsize=${heap}`, join(__dirname, 'direct-unix-server.py')];
  const child = spawn(command[0]!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let held: Buffer = Buffer.alloc(0);
  let wake = () => {};
  let ended = false;
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.stdout.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    wake();
  });
  const exited = new Promise<void>((resolve) =>
    child.on('close', () => {
      ended = true;
      wake();
      resolve();
    }),
  );
  const more = () => {
    if (ended) throw new Error('the Unix port has ended');
    return new Promise<void>((resolve) => (wake = resolve));
  };
  return {
    async exec(code, onOutput) {
      const mark = randomBytes(8);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(code.length);
      child.stdin.write(Buffer.concat([head, mark, code]));
      for (;;) {
        const at = held.indexOf(mark);
        const safe = at < 0 ? Math.max(0, held.length - mark.length) : at;
        if (safe > 0) onOutput(held.subarray(0, safe));
        held = held.subarray(safe);
        if (at >= 0) break;
        await more();
      }
      while (held.length < 12 || held.length < 12 + held.readUInt32LE(8)) await more();
      const end = 12 + held.readUInt32LE(8);
      const stderr = held.toString('utf8', 12, end);
      held = held.subarray(end);
      return stderr;
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

/**
 * Python that puts a file system in memory in the place of the root. `_disk['disk'].power` is the number of blocks that
 * can be written before the power fails, after which nothing is; -1: any number. `_disk['again']()` brings the power back, and mounts what is there.
 */
export function mountInMemory(type: 'VfsFat' | 'VfsLfs1' | 'VfsLfs2', blocks: number): string {
  // In globals of its own: a test may shadow names in those of the program.
  return `
_disk = {}
exec('''
import os, vfs
class RamDisk:
    def __init__(self, blocks):
        self.data = bytearray(blocks * 512)
        self.power = -1
    def readblocks(self, block, buffer, offset=0):
        at = block * 512 + offset
        buffer[:] = memoryview(self.data)[at : at + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        if not self.power:
            raise OSError(5)
        self.power -= 1
        at = block * 512 + offset
        self.data[at : at + len(buffer)] = buffer
    def ioctl(self, what, argument):
        return {4: len(self.data) // 512, 5: 512, 6: 0}.get(what)
disk = RamDisk(${blocks})
vfs.${type}.mkfs(disk)
def again():
    global disk
    # What is still open writes to the old one when it is collected.
    fresh = RamDisk(0)
    fresh.data = bytearray(disk.data)
    disk.power = 0
    disk = fresh
    os.umount('/')
    vfs.mount(vfs.${type}(disk), '/')
    os.chdir('/')
again()
''', _disk)
`;
}
