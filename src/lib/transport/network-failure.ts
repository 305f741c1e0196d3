const TRUST = 'name the file of its certificate authority in the environment variable NODE_EXTRA_CA_CERTS';

/** What an error code of the operating system means for somebody who wants to reach a device, and what to do about it. */
const MEANINGS: Record<string, string> = {
  ECONNREFUSED:
    'the host is there, but nothing listens on this port; is the bridge or WebREPL running, and is the port right?',
  ECONNRESET: 'the other end reset the connection',
  EHOSTUNREACH: 'the host cannot be reached; is it switched on and in the same network?',
  EHOSTDOWN: 'the host cannot be reached; is it switched on and in the same network?',
  ENETUNREACH: 'there is no route to this network',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name could not be looked up: the name server does not answer',
  ETIMEDOUT: 'the host does not answer; is it switched on and in the same network?',
  EPIPE: 'the other end closed the connection',
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is signed by itself; ${TRUST}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate comes from an authority that is not trusted here; ${TRUST}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate comes from an authority that is not trusted here; ${TRUST}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its certificate comes from an authority that is not trusted here; ${TRUST}`,
  CERT_HAS_EXPIRED: 'its certificate has expired; is the clock of this computer right?',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is the clock of this computer right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  EPROTO: 'the TLS handshake failed; if the other end has no TLS, use ws://',
};

/** One phrase about a network error, with the system's own code for those who search for it. */
export function describeNetworkFailure(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // Node.js tries IPv6 and IPv4 in turn; the error for both is an AggregateError with a code and no message.
  const text = typeof message === 'string' && message !== '' ? message : String(code ?? error);
  const meaning = typeof code === 'string' ? MEANINGS[code] : undefined;
  return meaning ? `${meaning} (${String(code)})` : text;
}
