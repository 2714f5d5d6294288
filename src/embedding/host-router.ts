import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pagePaths } from '../app.js';
import type { WebhookHandler } from '../middlewares/stripe/receive-webhook.js';
import { allRoutes, checkoutRoutes, healthRoutes } from '../routes/all-routes.js';
import { CONNECT_WEBHOOK_PATH, WEBHOOK_PATH } from '../utils/stripe/webhook-path.js';
import { borrow } from './host-request.js';

/** A middleware of Express 4 and 5, and of anything that calls `(req, res, next)`. */
export type HostRouter = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

export interface HostRouterParts {
  app: RequestListener;
  webhook: WebhookHandler;
  connectWebhook: WebhookHandler;
  checkout: boolean;
  /** `host`: who sends a request is who the host says (`req.ip`), with its own trust in proxies. */
  address: 'host' | 'settings';
}

/**
 * Answers every request to a path of ours, failures included, and hands on any other untouched. Health is the host's own
 * to tell.
 */
export function hostRouter(parts: HostRouterParts): HostRouter {
  const { app, webhook, connectWebhook, checkout, address } = parts;
  const isOurs = ownPaths(checkout);
  return (req, res, next) => {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    if (isWebhook.test(path)) return webhook(req, res);
    if (isConnectWebhook.test(path)) return connectWebhook(req, res);
    if (!isOurs(path)) return next();
    if (address === 'host') keepAddress(req);
    borrow(req, res);
    app(req, res);
  };
}

const isWebhook = new RegExp(`^${WEBHOOK_PATH}/?$`, 'i');
const isConnectWebhook = new RegExp(`^${CONNECT_WEBHOOK_PATH}/?$`, 'i');

function ownPaths(checkout: boolean): (path: string) => boolean {
  const left = new Set([...healthRoutes, ...(checkout ? [] : checkoutRoutes)]);
  const routes = allRoutes
    .filter((route) => !left.has(route))
    .map(({ path }) => path.replace(/:\w+/g, '[^/]+'));
  const pages = (checkout ? [...pagePaths.always, ...pagePaths.checkout] : pagePaths.always).map(
    (path) => `${path}(?:/.*)?`,
  );
  const pattern = new RegExp(`^(?:${[...routes, ...pages].join('|')})/?$`, 'i');
  return (path) => pattern.test(path);
}

/** Written down before our app, which has settings of its own, would look for it anew. */
function keepAddress(req: IncomingMessage & { ip?: unknown }): void {
  const { ip } = req;
  if (typeof ip === 'string')
    Object.defineProperty(req, 'ip', { value: ip, configurable: true, enumerable: true, writable: true });
}
