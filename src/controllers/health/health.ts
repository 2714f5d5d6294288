import type { Reply } from '../../middlewares/answer.js';
import type { ReadinessResponse } from '../../schemas/health/health-response.js';
import type { ApiRequest, Services } from '../controller.js';

/** The process answers: restart it when this fails. */
export async function live(): Promise<Reply> {
  return { status: 200, body: { status: 'ok' } };
}

/** It can serve: send it no traffic while this fails. */
export async function ready(_request: ApiRequest, services: Services): Promise<Reply> {
  const { ok, checks } = await services.readiness();
  const body: ReadinessResponse = { status: ok ? 'ok' : 'unavailable', checks };
  return { status: ok ? 200 : 503, body };
}
