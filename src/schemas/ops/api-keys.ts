import { z } from 'zod';
import { apiKeyStatuses, DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS } from '../../domain/api-keys.js';
import { scopes } from '../../domain/rows/api-key.js';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf, pathIdOf } from '../shared/ids.js';
import { pageQuery } from '../shared/page-query.js';
import { line, timestamp } from '../shared/text.js';

const scope = z.enum(scopes);

export const createApiKeyBody = z
  .strictObject({
    name: line(100).meta({ description: 'Which system uses it.', example: 'shop' }),
    scopes: z.array(scope).min(1).max(scopes.length).meta({
      description: 'No scope includes another, and a key gives only scopes that it has.',
    }),
  })
  .meta({
    id: 'CreateApiKey',
    example: { name: 'shop', scopes: ['payments:read', 'payments:write'] },
  });
export type CreateApiKeyBody = z.infer<typeof createApiKeyBody>;

export const rollApiKeyBody = z
  .strictObject({
    expiresInSeconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).default(DEFAULT_OVERLAP_SECONDS).meta({
      description: 'How long the old key stays good beside the new one; 0 ends it at once.',
    }),
  })
  .meta({ id: 'RollApiKey', example: { expiresInSeconds: 86_400 } });
export type RollApiKeyBody = z.infer<typeof rollApiKeyBody>;

export const apiKeyParams = z.strictObject({ id: pathIdOf('key', 'api_key_not_found') });
export type ApiKeyParams = z.infer<typeof apiKeyParams>;

export const listApiKeysQuery = z.strictObject(pageQuery);
export type ListApiKeysQuery = z.infer<typeof listApiKeysQuery>;

const exampleKey = {
  id: exampleIds.key,
  name: 'shop',
  prefix: 'gk_test_3q2-',
  scopes: ['payments:read', 'payments:write'],
  status: 'active',
  replaces: null,
  createdAt: exampleTimes.created,
  lastUsedAt: exampleTimes.paid,
  expiresAt: null,
  revokedAt: null,
};

const apiKeyMembers = {
  id: idOf('key'),
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of the key.', example: 'gk_test_3q2-' }),
  scopes: z.array(scope),
  status: z.enum(apiKeyStatuses).meta({ description: '`expiring`: rolled, and good until `expiresAt`.' }),
  replaces: idOf('key').nullable().meta({ description: 'The key that this one was rolled from.' }),
  createdAt: timestamp,
  lastUsedAt: timestamp.nullable().meta({ description: 'To the minute.' }),
  expiresAt: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
};

export const apiKeyResponse = z.strictObject(apiKeyMembers).meta({ id: 'ApiKey', example: exampleKey });
export type ApiKeyResponse = z.infer<typeof apiKeyResponse>;

export const issuedApiKeyResponse = z
  .strictObject({
    ...apiKeyMembers,
    key: z.string().meta({
      description: 'The key itself, now and never again. Put it into a secret store.',
      example: 'gk_test_…',
    }),
  })
  .meta({ id: 'IssuedApiKey', example: { ...exampleKey, key: 'gk_test_replace_me' } });
export type IssuedApiKeyResponse = z.infer<typeof issuedApiKeyResponse>;

export const apiKeyListResponse = z
  .strictObject({ data: z.array(apiKeyResponse), nextCursor: z.string().nullable() })
  .meta({ id: 'ApiKeyList', example: { data: [exampleKey], nextCursor: null } });
export type ApiKeyListResponse = z.infer<typeof apiKeyListResponse>;
