/** The COM port control option of telnet (RFC 2217): commands of the client, and what the server answers. Pure. */
import { subnegotiate, TelnetOption } from './telnet';

/** Commands of the client. The server's answer has the same number plus 100. */
export const ComPortCommand = {
  SET_BAUDRATE: 1,
  SET_DATASIZE: 2,
  SET_PARITY: 3,
  SET_STOPSIZE: 4,
  SET_CONTROL: 5,
  SET_LINESTATE_MASK: 10,
  SET_MODEMSTATE_MASK: 11,
} as const;

/** What the server may say without being asked. */
export const ComPortNotice = { FLOWCONTROL_SUSPEND: 108, FLOWCONTROL_RESUME: 109 } as const;

const NO_FLOW_CONTROL = 1;
const DTR_ON = 8;
const DTR_OFF = 9;
const RTS_ON = 11;
const RTS_OFF = 12;

export interface ComPortRequest {
  /** Number of the answer that settles this request. */
  readonly answer: number;
  readonly bytes: Uint8Array;
}

function request(command: number, ...value: number[]): ComPortRequest {
  return { answer: command + 100, bytes: subnegotiate(TelnetOption.COM_PORT, [command, ...value]) };
}

/** `baudRate` 8N1 without flow control. */
export function lineSettings(baudRate: number): ComPortRequest[] {
  const speed = Buffer.alloc(4);
  speed.writeUInt32BE(baudRate);
  return [
    request(ComPortCommand.SET_BAUDRATE, ...speed),
    request(ComPortCommand.SET_DATASIZE, 8),
    request(ComPortCommand.SET_PARITY, 1),
    request(ComPortCommand.SET_STOPSIZE, 1),
    request(ComPortCommand.SET_CONTROL, NO_FLOW_CONTROL),
  ];
}

/** No unasked notices about line and modem state: an idle device has no traffic. ser2net obeys and does not answer. */
export function quietNotices(): ComPortRequest[] {
  return [request(ComPortCommand.SET_LINESTATE_MASK, 0), request(ComPortCommand.SET_MODEMSTATE_MASK, 0)];
}

export function setDtr(on: boolean): ComPortRequest {
  return request(ComPortCommand.SET_CONTROL, on ? DTR_ON : DTR_OFF);
}

export function setRts(on: boolean): ComPortRequest {
  return request(ComPortCommand.SET_CONTROL, on ? RTS_ON : RTS_OFF);
}
