import { rollApiKey } from '../../controllers/ops/roll-api-key.js';
import { apiKeyParams, issuedApiKeyResponse, rollApiKeyBody } from '../../schemas/ops/api-keys.js';
import { route } from '../route.js';

export const rollApiKeyRoute = route({
  method: 'post',
  path: '/api/ops/keys/:id/roll',
  operationId: 'rollApiKey',
  summary: 'Replace an API key',
  description:
    'A new key with the same name and scopes; the old one stays good for `expiresInSeconds`, for systems to change over.',
  tags: ['Operations'],
  scope: 'ops',
  request: { params: apiKeyParams, body: rollApiKeyBody },
  responses: { 201: { description: 'The new key', schema: issuedApiKeyResponse } },
  errors: ['api_key_not_found', 'api_key_not_active', 'scope_not_held'],
  handler: rollApiKey,
});
