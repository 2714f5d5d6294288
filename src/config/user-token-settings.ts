import { optional } from './setting.js';
import { httpUrl, listOf, matching } from './setting-types.js';

/** Whose JWTs are taken, besides API keys. */
export const userTokens = {
  JWT_JWKS_URL: optional(httpUrl(), {
    group: 'User tokens',
    description:
      'Public keys of the identity provider whose JWTs users send. Unset, with JWT_SECRET unset too: API keys only.',
    example: 'https://id.example.com/.well-known/jwks.json',
  }),
  JWT_SECRET: optional(matching(/^.{32,1024}$/, 'at least 32 characters'), {
    group: 'User tokens',
    description: 'Shared secret (HS256) instead of JWT_JWKS_URL. Whoever has it can be any user.',
    example: 'replace_me_with_at_least_32_random_characters',
  }),
  JWT_ISSUER: optional(matching(/^\S{1,500}$/, 'text without blanks'), {
    group: 'User tokens',
    description: 'The iss that tokens must have. Required with JWT_JWKS_URL or JWT_SECRET.',
    example: 'https://id.example.com/',
  }),
  JWT_AUDIENCE: optional(
    listOf((entry) => /^\S{1,500}$/.test(entry), 'audiences'),
    {
      group: 'User tokens',
      description: 'The aud that tokens must have, or several. Required with JWT_JWKS_URL or JWT_SECRET.',
      example: 'guichet',
    },
  ),
};
