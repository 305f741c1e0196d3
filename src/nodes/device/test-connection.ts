import type { NodeAPI } from 'node-red';
import { ArgumentError, CancelledError } from '../../lib/index';
import type { Device, DeviceInfo } from '../../lib/index';
import { asError } from '../shared/error-text';
import { sharedPool } from '../shared/pool';
import { CLOSE_LIMIT_MS, within } from '../shared/within';
import { deviceNode } from '../shared/run-on-device';
import type { DeviceNode } from './runtime';

/** Milliseconds for opening, entering the raw REPL (10 s at most) and asking who is there. */
const TEST_LIMIT_MS = 12_000;

/** What the Test button of the dialog sends. */
export interface TestRequest {
  address: string;
  baudRate?: number;
  /** Of the config node being edited; absent for a new one. Two nodes may name one address: it says which is meant. */
  id?: string;
  /** As typed; absent when the stored one holds, which is used for its own address only. */
  password?: string;
}

export type TestResult = { ok: true; info: DeviceInfo } | { ok: false; code: string; message: string };

/** @returns the request, or why it is none */
export function parseTestRequest(body: unknown): TestRequest | string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body must be a JSON object';
  const { address, baudRate, id, password } = body as Record<string, unknown>;
  if (typeof address !== 'string' || address.trim() === '') return 'address must be text';
  const request: TestRequest = { address: address.trim() };
  if (baudRate !== undefined && baudRate !== '' && baudRate !== null) {
    const baud = Number(baudRate);
    if (!Number.isInteger(baud) || baud <= 0) return 'baudRate must be a positive number';
    request.baudRate = baud;
  }
  if (id !== undefined && typeof id !== 'string') return 'id must be text';
  if (password !== undefined && typeof password !== 'string') return 'password must be text';
  if (id) request.id = id;
  if (password) request.password = password;
  return request;
}

/**
 * Connects and asks the device who it is. A device that is deployed is asked over its own session, with its own settings.
 * Never rejects: a failure is a result.
 */
export async function testConnection(RED: NodeAPI, request: TestRequest, signal: AbortSignal): Promise<TestResult> {
  const limit = new AbortController();
  const late = new CancelledError('TIMED_OUT', `${request.address} did not answer within ${TEST_LIMIT_MS / 1000} s`);
  const timer = setTimeout(() => limit.abort(late), TEST_LIMIT_MS);
  const follow = () => limit.abort(signal.reason);
  signal.addEventListener('abort', follow);
  try {
    const deployed = deployedDevice(RED, request);
    const info = deployed
      ? await ask(await deployed.shared.device(), limit.signal)
      : await askOnce(request, limit.signal);
    return { ok: true, info };
  } catch (thrown) {
    const error = asError(limit.signal.aborted ? limit.signal.reason : thrown);
    return { ok: false, code: error.code, message: error.message };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', follow);
  }
}

async function ask(device: Device, signal: AbortSignal): Promise<DeviceInfo> {
  await device.connect({ signal });
  return device.info({ signal });
}

async function askOnce({ address, baudRate, password }: TestRequest, signal: AbortSignal): Promise<DeviceInfo> {
  // It names a program of the host. A deployed one was put there by somebody who may deploy; a request was not.
  if (/^exec:/i.test(address)) {
    throw new ArgumentError('INVALID_ADDRESS', `${address} starts a program: deploy the device first, then test it`);
  }
  // A tab or a subflow may set it, so nobody but the deployed node knows it.
  if (/^\$[{(]/.test(address)) {
    throw new ArgumentError(
      'INVALID_ADDRESS',
      `${address} has its value in deployed flows only: deploy the device first, then test it`,
    );
  }
  const lease = await sharedPool().acquire(address, {
    ...(baudRate === undefined ? {} : { baudRate }),
    ...(password === undefined ? {} : { password }),
  });
  try {
    return await ask(lease.device, signal);
  } finally {
    await within(lease.release(), CLOSE_LIMIT_MS);
  }
}

/**
 * The deployed config node with that address, as written or as an environment variable has it, unless another password
 * than its own is to be tried.
 */
function deployedDevice(RED: NodeAPI, { address, id, password }: TestRequest): DeviceNode | undefined {
  const found: DeviceNode[] = [];
  RED.nodes.eachNode((config) => {
    const node = config.type === 'micropython-device' ? deviceNode(RED, config.id) : undefined;
    const written = (config as { address?: string }).address?.trim();
    if (node && (node.shared.address === address || (node.id === id && written === address))) found.push(node);
  });
  const device = found.find((node) => node.id === id) ?? found[0];
  return password === undefined || device?.credentials?.password === password ? device : undefined;
}
