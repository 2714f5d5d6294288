import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import compression from 'compression';
import express, { type Request, type RequestHandler, type Router } from 'express';
import { docsPage, initializer } from './docs-page.js';

const require = createRequire(import.meta.url);

/** The files of Swagger UI that the page needs; the rest of the package is not served. */
const FILES = new Set(['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png']);

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/openapi.json`, and `/docs`: Swagger UI from local files, since a page that can send API keys loads no others. */
export function docsRouter(document: object): Router {
  const router = express.Router();
  const text = JSON.stringify(document);
  const files = express.static(dirname(require.resolve('swagger-ui-dist/package.json')), {
    index: false,
    maxAge: '1h',
    redirect: false,
  });
  router.use(['/docs', '/openapi.json'], compression());
  router.get('/openapi.json', (_req, res) => {
    res.type('application/json').send(text);
  });
  router.get('/docs', pageHeaders, (req, res) => {
    res.type('html').send(docsPage(basePath(req)));
  });
  router.get('/docs/initializer.js', (_req, res) => {
    res.type('application/javascript').send(initializer);
  });
  router.use('/docs', (req, res, next) => {
    if (!FILES.has(req.path)) return next();
    files(req, res, next);
  });
  return router;
}

const pageHeaders: RequestHandler = (_req, res, next) => {
  res.set('Content-Security-Policy', POLICY);
  next();
};

/** Where a host application mounted us. */
function basePath(req: Request): string {
  return req.baseUrl;
}
