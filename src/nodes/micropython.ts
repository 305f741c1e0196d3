import type { NodeAPI } from 'node-red';
import { registerAdmin } from './device/admin';
import { registerControl } from './control/runtime';
import { registerDevice } from './device/runtime';
import { registerEval } from './eval/runtime';
import { registerExec } from './exec/runtime';
import { registerFiles } from './files/runtime';
import { registerList } from './list/runtime';
import { registerRead } from './read/runtime';
import { registerStatus } from './status/runtime';
import { registerSync } from './sync/runtime';
import { registerWrite } from './write/runtime';

/** Called by Node-RED once. All nodes are one set: one pool, one catalogue of texts. */
function register(RED: NodeAPI): void {
  registerAdmin(RED);
  registerDevice(RED);
  registerExec(RED);
  registerEval(RED);
  registerRead(RED);
  registerWrite(RED);
  registerList(RED);
  registerFiles(RED);
  registerSync(RED);
  registerControl(RED);
  registerStatus(RED);
}

// `export =`: Node-RED 4 requires this file and calls what it gets.
export = register;
