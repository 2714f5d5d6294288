import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { JwtSettings } from '../../config/env.js';
import { unauthenticated, unavailable } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import type { Clock } from '../../utils/clock.js';

/** Signatures that anybody can check and only the identity provider can make. */
const PUBLIC_KEY_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** Bytes that the secret must have: as many as the hash (RFC 7518, section 3.2). */
const SECRET_ALGORITHMS = { HS256: 32, HS384: 48, HS512: 64 };

/** Two machines' clocks are never quite together. */
const CLOCK_TOLERANCE_SECONDS = 5;
const JWKS_TIMEOUT_MS = 3000;
const RETRY_SECONDS = 2;

/** As `userId` in the schemas: it becomes part of rows and of queries. */
const USER_ID = /^(?!\$)[^\s\p{C}]{1,128}$/u;

interface TokenKey {
  key: Uint8Array | JWTVerifyGetKey;
  /** The kind of key decides, never the token: else a public key could be passed off as a shared secret. */
  algorithms: string[];
}

/**
 * Verifies users' JWTs: signature, issuer, audience, `exp` (required) and `nbf`, and gives the `sub`. The keys of a JWKS
 * URL are kept for ten minutes and asked for again when a token names one that is not among them, every 30 s at most.
 * Throws 401 `token_expired` or `invalid_token`; 503 `identity_provider_unavailable` when the keys cannot be had.
 */
export function createUserTokens(
  settings: JwtSettings,
  { clock, logger }: { clock: Clock; logger: Pick<Logger, 'warn'> },
): (token: string) => Promise<string> {
  const { key, algorithms } = tokenKey(settings);
  const { issuer, audience } = settings;
  return async (token) => {
    const options = {
      ...{ algorithms, issuer, audience: [...audience], currentDate: clock.now() },
      ...{ clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp', 'sub'] },
    };
    try {
      // Two signatures, because the library tells a key from a function that finds one by overloads.
      const verified =
        typeof key === 'function'
          ? await jwtVerify(token, key, options)
          : await jwtVerify(token, key, options);
      return userIdOf(verified.payload);
    } catch (error) {
      throw typeof key === 'function' || error instanceof errors.JOSEError ? refusalOf(error, logger) : error;
    }
  };
}

function tokenKey({ key }: JwtSettings): TokenKey {
  if (key.type === 'jwks') {
    const remote = createRemoteJWKSet(new URL(key.url), { timeoutDuration: JWKS_TIMEOUT_MS });
    return { key: remote, algorithms: PUBLIC_KEY_ALGORITHMS };
  }
  const secret = new TextEncoder().encode(key.secret);
  const strongEnough = Object.entries(SECRET_ALGORITHMS).filter(([, bytes]) => secret.length >= bytes);
  return { key: secret, algorithms: strongEnough.map(([name]) => name) };
}

function userIdOf({ sub }: JWTPayload): string {
  if (typeof sub === 'string' && USER_ID.test(sub)) return sub;
  throw new errors.JWTInvalid('the sub is no userId');
}

/** What the token is not, in our words: the library's own may quote it. */
function refusalOf(error: unknown, logger: Pick<Logger, 'warn'>) {
  if (error instanceof errors.JWTExpired) {
    return unauthenticated(
      'token_expired',
      'The token has expired. Get a new one and send the request again.',
    );
  }
  if (error instanceof errors.JOSEError && !isProviderFault(error)) {
    return unauthenticated(
      'invalid_token',
      'The token is not valid here. It needs a signature, an issuer and an audience that this service trusts, an exp and a sub.',
    );
  }
  logger.warn({ err: error }, 'The keys for users’ tokens could not be read from JWT_JWKS_URL');
  return unavailable(
    'identity_provider_unavailable',
    'The token could not be checked just now. Send the same request again.',
    { retryAfterSeconds: RETRY_SECONDS, cause: error },
  );
}

/** The plain class is for an answer other than 200 or one that is not JSON. */
function isProviderFault(error: errors.JOSEError): boolean {
  const { code } = error;
  return code === errors.JWKSTimeout.code || code === errors.JWKSInvalid.code || code === 'ERR_JOSE_GENERIC';
}
