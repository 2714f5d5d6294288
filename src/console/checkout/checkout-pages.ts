import { fileURLToPath } from 'node:url';
import compression from 'compression';
import express, { type Request, type RequestHandler, type Router } from 'express';
import { isGuichetError } from '../../domain/errors.js';
import type { UseCases } from '../../services/use-cases.js';
import { isId } from '../../utils/ids.js';
import {
  type CheckoutSettings,
  type Language,
  languages,
  renderCheckout,
  renderNotFound,
} from './render-checkout.js';

const STATIC = fileURLToPath(new URL('./static/', import.meta.url));

/** `/checkout/:orderId`, and the files that the page is made of. Its JSON endpoints are routes like all others. */
export function checkoutPages(settings: CheckoutSettings, useCases: Pick<UseCases, 'openCheckout'>): Router {
  const router = express.Router();
  // Revalidated each time: a page and a script of two releases must not meet.
  router.use('/checkout/static', compression(), express.static(STATIC, { index: false, redirect: false }));
  router.get('/checkout/:orderId', pageHeaders(settings.jsUrl), async (req, res) => {
    const orderId = String(req.params.orderId);
    const key = typeof req.query.key === 'string' ? req.query.key : '';
    const found = isId('ord', orderId)
      ? await useCases.openCheckout({ orderId, key, refresh: false }).catch(orNull)
      : null;
    const language = languageOf(req, found?.order.locale);
    const html = found
      ? renderCheckout({ checkout: found, language, key, settings })
      : renderNotFound(language);
    res
      .status(found ? 200 : 404)
      .type('html')
      .send(html);
  });
  return router;
}

function orNull(error: unknown): null {
  if (isGuichetError(error) && error.category === 'not_found') return null;
  throw error;
}

/** `?lang=`, then what the browser asks for, then what the order was made in. */
function languageOf(req: Request, ofOrder: Language = 'en'): Language {
  const asked = languages.find((language) => language === req.query.lang);
  const preferred = [ofOrder, ...languages.filter((language) => language !== ofOrder)];
  return asked ?? preferred.find((language) => language === req.acceptsLanguages(preferred)) ?? ofOrder;
}

/** The address holds the key: no other site may learn it, no index and no cache may keep it. */
function pageHeaders(jsUrl: string): RequestHandler {
  const policy = contentPolicy(new URL(jsUrl).origin);
  return (_req, res, next) => {
    res.set({
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      'X-Robots-Tag': 'noindex, nofollow',
      Vary: 'Accept-Language',
    });
    next();
  };
}

/** What Stripe.js needs besides its own origin: https://docs.stripe.com/security/guide#content-security-policy */
const OF_STRIPE = {
  script: ['https://js.stripe.com', 'https://*.js.stripe.com'],
  frame: ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
  connect: ['https://api.stripe.com'],
};

function contentPolicy(jsOrigin: string): string {
  const isStripe = jsOrigin === 'https://js.stripe.com';
  const { script, frame, connect } = isStripe
    ? OF_STRIPE
    : { script: [jsOrigin], frame: [jsOrigin], connect: [jsOrigin] };
  return [
    "default-src 'none'",
    `script-src 'self' ${script.join(' ')}`,
    `frame-src ${frame.join(' ')}`,
    `connect-src 'self' ${connect.join(' ')}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
