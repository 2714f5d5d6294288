import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { isGuichetError } from '../../domain/errors.js';
import { createUserTokens } from './user-tokens.js';

const ISSUER = 'https://id.example.com/';
const AT = new Date('2025-01-15T12:00:00.000Z');
const NOW = AT.getTime() / 1000;
const SECRET = 'x'.repeat(32);

const usual: JWTPayload = { sub: 'user_1', iss: ISSUER, aud: 'guichet', iat: NOW, exp: NOW + 300 };
const bytes = (text: string) => new TextEncoder().encode(text);

interface Making {
  header?: Partial<JWTHeaderParameters>;
  key?: CryptoKey | Uint8Array;
}

function sign(claims: JWTPayload, { header = {}, key = bytes(SECRET) }: Making = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);
}

function without(claim: string): JWTPayload {
  return Object.fromEntries(Object.entries(usual).filter(([name]) => name !== claim));
}

describe('createUserTokens', () => {
  const warned: unknown[] = [];
  const context = { clock: { now: () => AT }, logger: { warn: (about: unknown) => void warned.push(about) } };
  beforeEach(() => warned.splice(0));

  async function codeOf(verified: Promise<string>): Promise<string> {
    try {
      return `accepted ${await verified}`;
    } catch (error) {
      return isGuichetError(error) ? `${error.category} ${error.code}` : String(error);
    }
  }

  describe('with a shared secret', () => {
    const verify = createUserTokens(
      { issuer: ISSUER, audience: ['guichet', 'shop'], key: { type: 'secret', secret: SECRET } },
      context,
    );

    it('gives the sub of a token that is right', async () => {
      expect(await verify(await sign(usual))).to.equal('user_1');
      expect(await verify(await sign({ ...usual, aud: ['other', 'shop'] }))).to.equal('user_1');
      expect(await verify(await sign({ ...usual, sub: 'auth0|5f7c8ec7c33c6c004bbafe82' }))).to.match(
        /^auth0/,
      );
    });

    const refused: [string, () => Promise<string> | string][] = [
      ['another secret', () => sign(usual, { key: bytes('y'.repeat(32)) })],
      ['alg none', () => new UnsecuredJWT(usual).encode()],
      [
        'alg none with a signature left on',
        async () => {
          const [, payload, signature] = (await sign(usual)).split('.');
          return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`;
        },
      ],
      [
        'a changed payload',
        async () => {
          const [header, , signature] = (await sign(usual)).split('.');
          const payload = Buffer.from(JSON.stringify({ ...usual, sub: 'user_2' })).toString('base64url');
          return `${header}.${payload}.${signature}`;
        },
      ],
      ['an algorithm that wants a longer secret', () => sign(usual, { header: { alg: 'HS512' } })],
      [
        'a key of the public kind',
        async () => {
          const { privateKey } = await generateKeyPair('RS256');
          return sign(usual, { header: { alg: 'RS256' }, key: privateKey });
        },
      ],
      ['another issuer', () => sign({ ...usual, iss: 'https://id.example.com' })],
      ['no issuer', () => sign(without('iss'))],
      ['another audience', () => sign({ ...usual, aud: 'guichet-admin' })],
      ['no audience', () => sign(without('aud'))],
      ['no exp', () => sign(without('exp'))],
      ['no sub', () => sign(without('sub'))],
      ['an empty sub', () => sign({ ...usual, sub: '' })],
      ['a sub like an operator', () => sign({ ...usual, sub: '$ne' })],
      ['a sub with a space', () => sign({ ...usual, sub: 'a b' })],
      ['a sub that is an object', () => sign({ ...usual, sub: { $ne: null } as unknown as string })],
      ['a start in the future', () => sign({ ...usual, nbf: NOW + 60 })],
      [
        'a critical header that nobody here knows',
        () =>
          new SignJWT(usual)
            .setProtectedHeader({ alg: 'HS256', crit: ['tenant'], tenant: 'a' })
            .sign(bytes(SECRET), { crit: { tenant: true } }),
      ],
      ['no JWT', () => 'abc'],
      ['three parts of nothing', () => '..'],
    ];
    for (const [name, make] of refused) {
      it(`refuses ${name}`, async () => {
        expect(await codeOf(verify(await make()))).to.equal('unauthenticated invalid_token');
        expect(warned).to.deep.equal([]);
      });
    }

    it('forgives five seconds of clocks that differ, and no more', async () => {
      expect(await verify(await sign({ ...usual, exp: NOW - 4 }))).to.equal('user_1');
      expect(await verify(await sign({ ...usual, nbf: NOW + 5 }))).to.equal('user_1');
      expect(await codeOf(verify(await sign({ ...usual, exp: NOW - 5 })))).to.equal(
        'unauthenticated token_expired',
      );
      expect(await codeOf(verify(await sign({ ...usual, nbf: NOW + 6 })))).to.equal(
        'unauthenticated invalid_token',
      );
    });
  });

  describe('with a JWKS URL', () => {
    let server: Server;
    let url: string;
    let asked = 0;
    let answer: () => { status: number; body: string };
    let keys: { rsa: CryptoKey; ec: CryptoKey; rsaPem: string };

    before(async () => {
      const [rsa, ec] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('ES256')]);
      const set = {
        keys: [
          { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
          { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
        ],
      };
      keys = { rsa: rsa.privateKey, ec: ec.privateKey, rsaPem: await exportSPKI(rsa.publicKey) };
      answer = () => ({ status: 200, body: JSON.stringify(set) });
      server = createServer((_req, res) => {
        asked += 1;
        const { status, body } = answer();
        res.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    });

    after(() => new Promise((resolve) => void server.close(resolve)));

    const start = (at = url) =>
      createUserTokens({ issuer: ISSUER, audience: ['guichet'], key: { type: 'jwks', url: at } }, context);

    it('takes the signature of each of its keys, and asks for them once', async () => {
      const verify = start();
      asked = 0;
      expect(
        await verify(await sign(usual, { header: { alg: 'RS256', kid: 'rsa' }, key: keys.rsa })),
      ).to.equal('user_1');
      expect(await verify(await sign(usual, { header: { alg: 'ES256', kid: 'ec' }, key: keys.ec }))).to.equal(
        'user_1',
      );
      expect(asked).to.equal(1);
    });

    it('refuses a public key that is passed off as a shared secret', async () => {
      const verify = start();
      for (const key of [keys.rsaPem, keys.rsaPem.trim()]) {
        const forged = await sign(usual, { header: { alg: 'HS256', kid: 'rsa' }, key: bytes(key) });
        expect(await codeOf(verify(forged))).to.equal('unauthenticated invalid_token');
      }
      expect(await codeOf(verify(new UnsecuredJWT(usual).encode()))).to.equal(
        'unauthenticated invalid_token',
      );
    });

    it('refuses a key that is not in the set, also one that the token brings along', async () => {
      const verify = start();
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const stranger = await sign(usual, { header: { alg: 'ES256', kid: 'ec' }, key: privateKey });
      expect(await codeOf(verify(stranger))).to.equal('unauthenticated invalid_token');
      const jwk = await exportJWK(publicKey);
      const brought = await sign(usual, {
        header: { alg: 'ES256', kid: 'mine', jwk, jku: url },
        key: privateKey,
      });
      expect(await codeOf(verify(brought))).to.equal('unauthenticated invalid_token');
    });

    it('tells an expired token from a wrong one', async () => {
      const expired = await sign(
        { ...usual, exp: NOW - 60 },
        { header: { alg: 'ES256', kid: 'ec' }, key: keys.ec },
      );
      expect(await codeOf(start()(expired))).to.equal('unauthenticated token_expired');
    });

    it('says 503, and why in the log, when the keys cannot be had; then takes the token', async () => {
      const good = answer;
      const token = await sign(usual, { header: { alg: 'ES256', kid: 'ec' }, key: keys.ec });
      const verify = start();
      for (const broken of [
        { status: 500, body: '{}' },
        { status: 200, body: '<html>' },
        { status: 200, body: '{"keys":1}' },
      ]) {
        answer = () => broken;
        expect(await codeOf(verify(token))).to.equal('unavailable identity_provider_unavailable');
      }
      expect(await codeOf(start('http://127.0.0.1:9/jwks.json')(token))).to.equal(
        'unavailable identity_provider_unavailable',
      );
      expect(warned).to.have.length(4);
      answer = good;
      expect(await verify(token)).to.equal('user_1');
    });
  });
});
