import { expect } from 'chai';
import type { Request } from 'express';
import { isGuichetError, unauthenticated } from '../domain/errors.js';
import { apiKeyRow, newApiKey } from '../services/access/api-keys.js';
import { bearerAuthentication, type VerifyUserToken } from './authenticate.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJl';

describe('bearerAuthentication', () => {
  const key = newApiKey('test');
  const row = apiKeyRow({ key, name: 'shop', scopes: ['payments:read'] }, new Date());
  let asked: string[];
  beforeEach(() => {
    asked = [];
  });

  const findApiKey = async (token: string) => {
    asked.push(`key ${token}`);
    return token === key ? row : null;
  };
  const verify: VerifyUserToken = async (token) => {
    asked.push(`jwt ${token}`);
    if (token !== JWT) throw unauthenticated('invalid_token', 'No.');
    return 'user_1';
  };

  async function ask(authorization: string | undefined, verifyUserToken: VerifyUserToken | null = verify) {
    const request = { headers: { authorization } } as Request;
    try {
      return await bearerAuthentication({ findApiKey, verifyUserToken })(request);
    } catch (error) {
      if (isGuichetError(error)) return `${error.category} ${error.code}`;
      throw error;
    }
  }

  it('makes a server of an API key, and a user without ops of a JWT', async () => {
    const server = { userId: null, scopes: ['payments:read'], apiKeyId: row._id };
    expect(await ask(`Bearer ${key}`)).to.deep.equal(server);
    expect(await ask(`bearer  ${key}`)).to.deep.equal(server);
    const user = { userId: 'user_1', scopes: ['payments:read', 'payments:write'] };
    expect(await ask(`Bearer ${JWT}`)).to.deep.equal(user);
  });

  it('tries no key as a JWT and no JWT as a key', async () => {
    await ask('Bearer gk_test_unknown');
    await ask(`Bearer ${JWT}x`);
    expect(asked).to.deep.equal(['key gk_test_unknown', `jwt ${JWT}x`]);
  });

  it('knows nobody where nothing was shown', async () => {
    expect(await ask(undefined)).to.equal(null);
  });

  const refused = [
    '',
    'Bearer',
    'Basic dXNlcjpwYXNz',
    key,
    `Bearer ${key} ${key}`,
    `Bearer ${key}, Bearer ${JWT}`,
  ];
  for (const authorization of [...refused, 'Bearer sk_test_1', `Bearer ${'a'.repeat(9000)}.b.c`]) {
    it(`asks nobody about ${JSON.stringify(authorization.slice(0, 30))}`, async () => {
      expect(await ask(authorization)).to.equal('unauthenticated invalid_api_key');
      expect(asked).to.deep.equal([]);
    });
  }

  it('says that users’ tokens are not taken where they are not', async () => {
    expect(await ask(`Bearer ${JWT}`, null)).to.equal('unauthenticated invalid_token');
    expect(await ask(`Bearer ${key}`, null)).to.include({ userId: null });
  });
});
