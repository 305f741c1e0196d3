import type { NodeAPI } from 'node-red';
import type { Request, Response } from 'express';
import { listPorts } from '../../lib/index';
import { asError } from '../shared/error-text';
import { parseTestRequest, testConnection } from './test-connection';

/**
 * What the editor asks over HTTP. Registered once: Express cannot take a route back.
 *
 *   GET  /micropython/ports   the serial ports of the host
 *   POST /micropython/test    connects to a device and says what it is
 *
 * Node-RED 4 answers any web page when no `adminAuth` is set, so nothing here runs code that a request brings along.
 */
export function registerAdmin(RED: NodeAPI): void {
  RED.httpAdmin.get('/micropython/ports', RED.auth.needsPermission('micropython.read'), (_request, response) => {
    listPorts().then(
      (ports) => response.json(ports),
      (thrown: unknown) => refuse(response, 500, thrown),
    );
  });

  RED.httpAdmin.post('/micropython/test', RED.auth.needsPermission('micropython.write'), (request, response) => {
    test(RED, request, response).catch((thrown: unknown) => refuse(response, 500, thrown));
  });
}

async function test(RED: NodeAPI, request: Request, response: Response): Promise<void> {
  const wanted = parseTestRequest(request.body);
  if (typeof wanted === 'string') {
    response.status(400).json({ ok: false, code: 'INVALID_ARGUMENT', message: wanted });
    return;
  }
  // The dialog was closed: nobody waits for the answer.
  const gone = new AbortController();
  response.on('close', () => gone.abort(new Error('the editor hung up')));
  const result = await testConnection(RED, wanted, gone.signal);
  if (!gone.signal.aborted) response.json(result);
}

function refuse(response: Response, status: number, thrown: unknown): void {
  if (response.headersSent) return;
  const { code, message } = asError(thrown);
  response.status(status).json({ ok: false, code, message });
}
