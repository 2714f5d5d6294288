import { type AddressInfo, isIP } from 'node:net';
import { coupons } from './catalogue/coupons.js';
import { prices } from './catalogue/prices.js';
import { products } from './catalogue/products.js';
import { promotionCodes } from './catalogue/promotion-codes.js';
import { expireCoupon, expirePromotionCode } from './catalogue/redemptions.js';
import { checkoutPage } from './checkout/checkout-page.js';
import { checkoutReactions, expireCheckoutSession } from './checkout/complete-session.js';
import { checkoutSessions } from './checkout/sessions.js';
import { createControl, type SandboxControl } from './control/control.js';
import { controlPlane } from './control/http-control.js';
import { Engine } from './engine.js';
import { events } from './events/events.js';
import { Api } from './http/api.js';
import type { ApiRequest } from './http/exchange.js';
import { Faults } from './http/faults.js';
import { type Page, type Pages, pageFor } from './http/pages.js';
import { RequestLog } from './http/request-log.js';
import { Router } from './http/router.js';
import { createListener } from './http/server.js';
import { balance, fundsAvailable } from './ledger/balance.js';
import { balanceTransactions } from './ledger/balance-transactions.js';
import type { SandboxOptions } from './options.js';
import { livePages } from './page/live-page.js';
import { LiveStream } from './page/stream.js';
import { captures, lapseAuthorization } from './payments/captures.js';
import { bookCharge, charges } from './payments/charges.js';
import { customers } from './payments/customers.js';
import { decideDispute, disputeDue, disputes, openDispute } from './payments/disputes.js';
import { earlyFraudWarnings, warnOfFraud } from './payments/early-fraud-warnings.js';
import { mandates } from './payments/mandates.js';
import { paymentIntents } from './payments/payment-intents.js';
import { paymentMethods } from './payments/payment-methods.js';
import { failRefund, refunds, settleRefund } from './payments/refunds.js';
import { settleDebit } from './payments/sepa-debit.js';
import { setupAttempts } from './payments/setup-attempts.js';
import { setupIntents } from './payments/setup-intents.js';
import { tokens } from './payments/tokens.js';
import { account } from './platform/account.js';
import { webhookEndpoints } from './platform/webhook-endpoints.js';
import { stripeJs } from './stripe-js/serve.js';

export type { SandboxOptions } from './options.js';

export interface Sandbox {
  url: string;
  port: number;
  accountId: string;
  secretKey: string;
  publishableKey: string;
  webhookSecret: string;
  /** Of the built-in endpoint for connected accounts, which is made when this is read or it is pointed somewhere. */
  readonly connectWebhookSecret: string;
  /**
   * Creates or re-points the built-in endpoint, with `connect` the one for the events of connected accounts; null disables
   * it. Its secret and undelivered events stay.
   */
  setWebhookUrl(url: string | null, options?: { connect?: boolean }): Promise<void>;
  control: SandboxControl;
  /** Settles when no job of the near future and no delivery is pending. */
  idle(): Promise<void>;
  /** May be called again: it waits for the same end. */
  stop(): Promise<void>;
}

/** A new resource is a machine here, its jobs below, and its name in the contract's list. */
const MACHINES = [
  account,
  balance,
  balanceTransactions,
  captures,
  charges,
  checkoutSessions,
  coupons,
  customers,
  disputes,
  earlyFraudWarnings,
  events,
  mandates,
  paymentIntents,
  paymentMethods,
  prices,
  products,
  promotionCodes,
  refunds,
  setupAttempts,
  setupIntents,
  tokens,
  webhookEndpoints,
];

const JOBS = {
  book_charge: bookCharge,
  decide_dispute: decideDispute,
  dispute_due: disputeDue,
  expire_checkout_session: expireCheckoutSession,
  expire_coupon: expireCoupon,
  expire_promotion_code: expirePromotionCode,
  fail_refund: failRefund,
  funds_available: fundsAvailable,
  lapse_authorization: lapseAuthorization,
  open_dispute: openDispute,
  settle_debit: settleDebit,
  settle_refund: settleRefund,
  warn_of_fraud: warnOfFraud,
};

/** What a machine does when an event of another is raised, by the event's type. */
const REACTIONS = { ...checkoutReactions };

/** Where this machine reaches it: `0.0.0.0` is every address, and none to go to. */
function addressOf(host: string, port: number): string {
  const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${isIP(reached) === 6 ? `[${reached}]` : reached}:${port}`;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const engine = new Engine(options, { jobs: JOBS, reactions: REACTIONS });
  const { store, ids, builtIn, builtInConnect } = engine;
  const faults = new Faults();
  const requests = new RequestLog();
  const control = createControl({ engine, faults, requests });
  const api = new Api({ engine, router: new Router(MACHINES), faults, log: requests });
  const setWebhookUrl = async (url: string | null, { connect = false } = {}) => {
    if (connect) builtInConnect.ensure();
    (connect ? builtInConnect : builtIn).point(url);
    await store.flushed();
  };
  const idle = () => engine.idle();
  const allowedHosts = options.allowedHosts ?? [];
  const plane = controlPlane(control, { setWebhookUrl, idle, allowedHosts });
  /** A new page for people is a line here. */
  const pages: Pages = {
    ...livePages(new LiveStream(engine, control), allowedHosts),
    '/_sandbox': plane,
    '/c/pay': checkoutPage(store),
    '/v3': stripeJs(),
  };
  const answerPage = async (page: Page, request: ApiRequest) => {
    const answer = await page(request);
    await store.flushed();
    return answer;
  };
  const server = createListener((request) => {
    const page = request.path.startsWith('/v1/') ? undefined : pageFor(pages, request.path);
    return page ? answerPage(page, request) : api.handle(request);
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => void engine.stop().then(() => reject(error)));
    server.listen(options.port ?? 0, host, resolve);
  });
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await engine.stop();
  };
  const { port } = server.address() as AddressInfo;
  engine.surroundings.url = addressOf(host, port);
  await store.flushed();
  return {
    url: engine.surroundings.url,
    port,
    accountId: ids.accountId,
    secretKey: ids.secretKey,
    publishableKey: ids.publishableKey,
    webhookSecret: builtIn.secret,
    get connectWebhookSecret() {
      builtInConnect.ensure();
      return builtInConnect.secret;
    },
    setWebhookUrl,
    control,
    idle,
    stop: () => (stopped ??= stop()),
  };
}
