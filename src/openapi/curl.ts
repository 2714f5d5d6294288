import { z } from 'zod';
import type { Route } from '../routes/route.js';

/** One request of a route, for a shell with GUICHET_URL and GUICHET_API_KEY. */
export function curlOf(route: Route): string {
  const { body } = route.request;
  const headers = [
    ...(route.scope === null ? [] : ['"Authorization: Bearer $GUICHET_API_KEY"']),
    ...(body === undefined ? [] : ["'Content-Type: application/json'"]),
    ...(route.idempotency === true ? ['"Idempotency-Key: $(uuidgen)"'] : []),
  ];
  const method =
    route.method === 'get' || (route.method === 'post' && body !== undefined)
      ? ''
      : ` -X ${route.method.toUpperCase()}`;
  const lines = [
    `curl -s${method} "$GUICHET_URL${pathOf(route)}"`,
    ...headers.map((header) => `-H ${header}`),
    ...(body === undefined
      ? []
      : [`-d '${JSON.stringify(body.meta()?.example ?? {}).replaceAll("'", "'\\''")}'`]),
  ];
  return lines.join(' \\\n  ');
}

/** With the example of each parameter in its place. */
function pathOf({ path, request: { params } }: Route): string {
  return path.replace(/:(\w+)/g, (whole, name: string) => {
    const schema = params instanceof z.ZodObject ? (params.shape[name] as z.ZodType | undefined) : undefined;
    const example = schema?.meta()?.example;
    return typeof example === 'string' ? encodeURIComponent(example) : whole;
  });
}
