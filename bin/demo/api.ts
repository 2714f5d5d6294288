import { randomUUID } from 'node:crypto';
import type { Instance } from './running-instance.js';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** One call of the API, as any client makes it. Money POSTs carry an Idempotency-Key. */
export async function call(
  { baseUrl, apiKey }: Pick<Instance, 'baseUrl' | 'apiKey'>,
  path: string,
  body?: Record<string, unknown>,
): Promise<Answer> {
  const response = await fetch(`${baseUrl}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
