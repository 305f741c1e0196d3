import { DeviceException, MicroPythonError, ProtocolError, TransportError } from '../errors';

/** The errors that a session raises of its own accord, composed in one place. Pure. */

export function deviceClosed(address: string, doing?: string): TransportError {
  return new TransportError('DEVICE_CLOSED', `${doing ? `${doing} ${address}: it` : address} was closed`, { address });
}

export function deviceReset(address: string, doing: string): ProtocolError {
  return new ProtocolError('DEVICE_RESET', `${address} restarted during: ${doing}`, { address });
}

/** For a program that did not end on Ctrl-C and was ended by other means. */
export function interrupted(address: string, output: string): DeviceException {
  return new DeviceException(`KeyboardInterrupt on ${address}`, {
    address,
    type: 'KeyboardInterrupt',
    detail: '',
    traceback: 'KeyboardInterrupt: \n',
    output,
  });
}

/** The link broke: the transport's words, with what was being done. Other errors stay as they are. */
export function lostWhile<E>(address: string, doing: string, error: E): E | TransportError {
  if (!(error instanceof TransportError) || error.code !== 'CONNECTION_LOST') return error;
  return new TransportError('CONNECTION_LOST', `${doing} on ${address}: ${error.message}`, { address, cause: error });
}

/** The device went away or restarted: what may be repeated can be done again. */
export function isLoss(error: unknown): boolean {
  return error instanceof MicroPythonError && (error.code === 'CONNECTION_LOST' || error.code === 'DEVICE_RESET');
}
