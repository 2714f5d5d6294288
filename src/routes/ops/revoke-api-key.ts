import { revokeApiKey } from '../../controllers/ops/revoke-api-key.js';
import { apiKeyParams, apiKeyResponse } from '../../schemas/ops/api-keys.js';
import { route } from '../route.js';

export const revokeApiKeyRoute = route({
  method: 'post',
  path: '/api/ops/keys/:id/revoke',
  operationId: 'revokeApiKey',
  summary: 'End an API key',
  description: 'At once, and for good. Revoking it again changes nothing.',
  tags: ['Operations'],
  scope: 'ops',
  request: { params: apiKeyParams },
  responses: { 200: { description: 'The key, revoked', schema: apiKeyResponse } },
  errors: ['api_key_not_found'],
  handler: revokeApiKey,
});
