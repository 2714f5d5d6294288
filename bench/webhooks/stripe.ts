import { readFileSync } from 'node:fs';
import { listen } from './listen.js';
import { unitOf } from './mix.js';
import { objectsOf } from './oracle.js';
import type { Running, Surroundings } from './targets.js';
import type { Templates } from './templates.js';

/** Stripe, as far as a worker asks it: each object is as it is once all events have happened. Counts what it is asked. */
export async function startStripe({ templatesFile }: Surroundings): Promise<Running> {
  const templates = JSON.parse(readFileSync(templatesFile, 'utf8')) as Templates;
  const counts: Record<string, number> = {};
  const account = { id: templates.stripeAccountId, object: 'account', default_currency: 'usd' };
  const answerTo = (path: string): object | undefined => {
    if (path === '/v1/account') return account;
    const id = path.split('/').at(-1) ?? '';
    const object = objectsOf(templates, unitOf(id)).find((each) => each.id === id);
    if (object) counts[object.object] = (counts[object.object] ?? 0) + 1;
    return object;
  };
  const server = await listen((req, res) => {
    const answer = answerTo((req.url ?? '').split('?', 1)[0] ?? '');
    const missing = { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'None' } };
    res.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json', 'Request-Id': 'req_bench' });
    res.end(JSON.stringify(answer ?? missing));
  });
  return { ...server, counts: () => counts };
}
