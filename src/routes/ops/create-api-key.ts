import { createApiKey } from '../../controllers/ops/create-api-key.js';
import { createApiKeyBody, issuedApiKeyResponse } from '../../schemas/ops/api-keys.js';
import { route } from '../route.js';

export const createApiKeyRoute = route({
  method: 'post',
  path: '/api/ops/keys',
  operationId: 'createApiKey',
  summary: 'Make an API key',
  description:
    'The key is in this answer and nowhere else. If the answer is lost, revoke it and make another.',
  tags: ['Operations'],
  scope: 'ops',
  request: { body: createApiKeyBody },
  responses: { 201: { description: 'The new key', schema: issuedApiKeyResponse } },
  errors: ['scope_not_held'],
  handler: createApiKey,
});
