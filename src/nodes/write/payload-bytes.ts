import { ArgumentError } from '../../lib/index';

/**
 * What a payload becomes in a file: text and bytes as they are, everything else as JSON.
 * @param newline adds a line end
 * @throws ArgumentError when there is no payload, or JSON cannot express it
 */
export function payloadBytes(payload: unknown, newline: boolean): string | Buffer {
  const end = newline ? '\n' : '';
  if (typeof payload === 'string') return payload + end;
  if (payload instanceof Uint8Array) {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return newline ? Buffer.concat([bytes, Buffer.from(end)]) : bytes;
  }
  return asJson(payload) + end;
}

/** JSON makes `{}` of a Map or a Set, such as a dict with tuples as keys: their content would be lost without a word. */
function withoutLoss(_key: string, value: unknown): unknown {
  if (value instanceof Set) return [...value];
  if (value instanceof Map) throw new TypeError('a Map has keys that JSON does not know; make an object of it');
  return value;
}

function asJson(payload: unknown): string {
  if (typeof payload === 'bigint') return payload.toString();
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(payload, withoutLoss);
  } catch (thrown) {
    cause = thrown;
  }
  if (json !== undefined) return json;
  throw new ArgumentError(
    'INVALID_ARGUMENT',
    payload === undefined
      ? 'there is nothing to write: msg.payload is missing'
      : `msg.payload cannot be written as JSON${cause instanceof Error ? `: ${cause.message}` : ''}`,
    { cause },
  );
}
