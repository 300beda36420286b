// The shop's own signature: one Ed25519 key for all its nodes, of which the public half is told to everyone.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Database } from '../../lib/db.ts';
import { ensureSecrets } from '../../lib/secrets.ts';

// RFC 8410: what stands before the 32 secret bytes of an Ed25519 key in PKCS #8. So any 32 random bytes are a key.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export type StatementKey = { publicKey: string; sign(sha256: string): string };

export async function loadStatementKey(db: Database): Promise<StatementKey> {
  const { 'statement-key': secret } = await ensureSecrets(db, ['statement-key']);
  return statementKeyOf(secret);
}

export function statementKeyOf(secret: Uint8Array): StatementKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x, 'base64url').toString('hex'),
    sign: (sha256) => sign(null, signedText(sha256), key).toString('hex'),
  };
}

export function isSigned(sha256: string, publicKey: string, signature: string): boolean {
  return verify(null, signedText(sha256), publicKeyOf(publicKey), Buffer.from(signature, 'hex'));
}

function publicKeyOf(publicKey: string): KeyObject {
  const x = Buffer.from(publicKey, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** Says what is signed, so that a signature never fits something else. */
function signedText(sha256: string): Buffer {
  return Buffer.from(`souk drop statement ${sha256}`);
}
