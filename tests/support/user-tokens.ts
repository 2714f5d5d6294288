import { type JWTPayload, SignJWT } from 'jose';

/** What `guichet serve` is told of the tokens that `userToken` makes. */
export const jwtEnvironment = {
  JWT_SECRET: 'a-secret-of-the-tests-that-is-long-enough-0123456789',
  JWT_ISSUER: 'https://id.example.com/',
  JWT_AUDIENCE: 'guichet',
};

/** A JWT as an identity provider would give `userId`, good for five minutes, unless `claims` say otherwise. */
export function userToken(userId: string, claims: JWTPayload = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = { sub: userId, iss: jwtEnvironment.JWT_ISSUER, aud: 'guichet', iat: now, exp: now + 300 };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(jwtEnvironment.JWT_SECRET));
}
