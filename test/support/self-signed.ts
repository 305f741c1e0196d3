import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  key: string;
  cert: string;
}

/** A fresh certificate signed by itself, or `undefined` with the reason printed when there is no openssl. */
export function selfSignedCertificate(subjectAltName: string): Certificate | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'cert-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const made = spawnSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'].concat([
        '-keyout',
        key,
        '-out',
        cert,
        '-subj',
        '/CN=test',
        '-addext',
        `subjectAltName=${subjectAltName}`,
      ]),
    );
    if (made.error || made.status !== 0) {
      console.log(`    skipped: openssl cannot make a certificate (${made.error?.message ?? String(made.stderr)})`);
      return undefined;
    }
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
