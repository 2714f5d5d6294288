import { readFileSync } from 'node:fs';
import { refusal } from '../control/guard.js';
import type { Answer, ApiRequest } from '../http/exchange.js';
import type { Pages } from '../http/pages.js';
import type { LiveStream } from './stream.js';

const TYPES: Record<string, string> = {
  'live.css': 'text/css; charset=utf-8',
  'live.html': 'text/html; charset=utf-8',
  ...Object.fromEntries(
    ['dom.js', 'known.js', 'live.js', 'rows.js', 'side.js', 'words.js'].map((script) => [
      script,
      'text/javascript; charset=utf-8',
    ]),
  ),
};

const SECURITY = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

/** The page at `/` that shows objects, events and deliveries as they happen, and what it is made of. */
export function livePages(stream: LiveStream, allowedHosts: readonly string[]): Pages {
  const guarded = (serve: (request: ApiRequest) => Answer) => (request: ApiRequest) => {
    const refused = refusal(request, allowedHosts);
    return refused === undefined ? serve(request) : plain(403, refused);
  };
  return {
    '/': guarded(() => file('live.html')),
    '/_page': guarded(({ path }) => file(path.slice('/_page/'.length))),
    '/_sandbox/stream': guarded(() => stream.answer()),
  };
}

function file(name: string): Answer {
  const type = TYPES[name];
  if (type === undefined) return plain(404, `no file ${name}`);
  const body = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
  return { status: 200, headers: { 'Content-Type': type, ...SECURITY }, body };
}

function plain(status: number, text: string): Answer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}
