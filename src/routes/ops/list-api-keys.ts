import { listApiKeys } from '../../controllers/ops/list-api-keys.js';
import { apiKeyListResponse, listApiKeysQuery } from '../../schemas/ops/api-keys.js';
import { route } from '../route.js';

export const listApiKeysRoute = route({
  method: 'get',
  path: '/api/ops/keys',
  operationId: 'listApiKeys',
  summary: 'List the API keys',
  description: 'The newest first, revoked ones too. Never the keys themselves: nobody has them.',
  tags: ['Operations'],
  scope: 'ops',
  request: { query: listApiKeysQuery },
  responses: { 200: { description: 'A page of keys', schema: apiKeyListResponse } },
  errors: ['invalid_cursor'],
  handler: listApiKeys,
});
