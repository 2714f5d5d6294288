import { readdirSync, readFileSync } from 'node:fs';
import type { Answer } from '../http/exchange.js';
import type { Page } from '../http/pages.js';
import { bundle } from './bundle.js';

const FOLDER = new URL('./browser/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** The frames hold card numbers: they load and call nothing but this origin. Any page may embed them, as Stripe's. */
const FRAME_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";

/** `/v3/`: the stand-in for Stripe.js, and the frames that it puts into a page. */
export function stripeJs(): Page {
  let files: ReadonlyMap<string, Answer> | undefined;
  return ({ path }) => {
    files ??= readFiles();
    return files.get(path) ?? files.get(`${path}/`) ?? missing(path);
  };
}

function readFiles(): ReadonlyMap<string, Answer> {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.(css|html|js)$/.test(name));
  const files = new Map(names.map((name) => [`/v3/${name}`, file(name, read(name))]));
  const script = bundle('stripe', (name) => read(`${name}.js`));
  return files.set('/v3/', file('stripe.js', script));
}

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

function file(name: string, body: string): Answer {
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  return {
    status: 200,
    headers: {
      'Content-Type': type,
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      ...(name.endsWith('.html') && { 'Content-Security-Policy': FRAME_POLICY }),
    },
    body,
  };
}

function missing(path: string): Answer {
  return { status: 404, headers: { 'Content-Type': 'text/plain' }, body: `there is no ${path}\n` };
}
