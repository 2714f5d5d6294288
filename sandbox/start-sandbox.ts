import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Clock } from './clock/clock.js';
import { JobRunner } from './clock/jobs.js';
import { FidelityChecks } from './contract/fidelity.js';
import { createControl, type SandboxControl } from './control/control.js';
import { controlPlane } from './control/http-control.js';
import { Deliverer } from './events/deliver.js';
import { events } from './events/events.js';
import { Poster } from './events/post.js';
import { Api } from './http/api.js';
import { Faults } from './http/faults.js';
import { RequestLog } from './http/request-log.js';
import { Router } from './http/router.js';
import { createListener } from './http/server.js';
import { balanceTransactions } from './ledger/balance-transactions.js';
import { bookCharge, charges } from './payments/charges.js';
import { customers } from './payments/customers.js';
import { paymentIntents } from './payments/payment-intents.js';
import { paymentMethods } from './payments/payment-methods.js';
import { refunds } from './payments/refunds.js';
import { account, newAccount } from './platform/account.js';
import { BuiltInEndpoint } from './platform/built-in-endpoint.js';
import { webhookEndpoints } from './platform/webhook-endpoints.js';
import { IdSource } from './store/ids.js';
import { Log } from './store/log.js';
import { type LogLine, Store } from './store/store.js';

export interface SandboxOptions {
  /** 0 chooses a free one. */
  port?: number;
  host?: string;
  /** A durable log: what was answered survives a kill. */
  dataFile?: string;
  /** Ids, account id and keys repeat under a seed. */
  seed?: string | number;
  clockOffsetMs?: number;
  /** Compare each answer and event with the contract; a difference is a 500. */
  fidelityChecks?: boolean;
  /** How long "some time later" is at Stripe. */
  asyncDelayMs?: number;
  webhookRetryDelaysMs?: number[];
  /** Replaces the wall clock. */
  now?: () => number;
}

export interface Sandbox {
  url: string;
  port: number;
  accountId: string;
  secretKey: string;
  publishableKey: string;
  webhookSecret: string;
  /** Creates or re-points the one built-in endpoint; null disables it. Its secret and undelivered events stay. */
  setWebhookUrl(url: string | null): Promise<void>;
  control: SandboxControl;
  /** Settles when no job of the near future and no delivery is pending. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const MACHINES = [
  account,
  balanceTransactions,
  charges,
  customers,
  events,
  paymentIntents,
  paymentMethods,
  refunds,
  webhookEndpoints,
];

const JOBS = { book_charge: bookCharge };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Quick at first, for an application that is just restarting; then for hours, as Stripe does. */
const RETRY_DELAYS = [
  SECOND,
  5 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
];

interface Header {
  seed: string;
}

function openLog(options: SandboxOptions): { log: Log | undefined; seed: string } {
  const seed = String(options.seed ?? randomBytes(12).toString('hex'));
  if (options.dataFile === undefined) return { log: undefined, seed };
  const log = Log.open(options.dataFile);
  const header = log.lines[0] as Header | undefined;
  if (header) return { log, seed: header.seed };
  log.lines.push({ seed } satisfies Header);
  log.append({ seed } satisfies Header);
  return { log, seed };
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { log, seed } = openLog(options);
  const ids = new IdSource(seed);
  const requestIds = new IdSource(`${seed} requests ${log?.lines.length ?? 0}`);
  const clock = new Clock(options.now ?? Date.now, options.clockOffsetMs ?? 0);
  const surroundings = {
    url: '',
    ids,
    asyncDelayMs: options.asyncDelayMs ?? SECOND,
    nowMs: () => clock.nowMs(),
  };
  const fidelity = options.fidelityChecks ? new FidelityChecks() : undefined;
  const store = new Store(ids, clock, surroundings, { log, freeze: fidelity !== undefined });
  for (const line of log?.lines.slice(1) ?? []) store.replay(line as LogLine);

  const waiters: (() => void)[] = [];
  const isIdle = () => jobs.soonCount === 0 && deliverer.pendingCount === 0;
  const onSettled = () => {
    if (waiters.length > 0 && isIdle()) for (const done of waiters.splice(0)) done();
  };
  const jobs = new JobRunner(store, clock, JOBS);
  const poster = new Poster();
  const retryDelaysMs = options.webhookRetryDelaysMs ?? RETRY_DELAYS;
  const deliverer = new Deliverer({ store, clock, poster, retryDelaysMs, onSettled });
  const builtIn = new BuiltInEndpoint(store);
  const ready = () => {
    if (!store.platform.collection('account').get(ids.accountId))
      store.transact((tx) => tx.put('account', newAccount(ids.accountId, tx.now)));
    builtIn.ensure();
    for (const job of store.platform.collection('job').values()) jobs.add(job);
    for (const delivery of store.platform.collection('delivery').values())
      if (delivery.status === 'pending') deliverer.add(delivery);
  };
  ready();
  store.onCommit((changes) => {
    for (const { kind, object } of changes) {
      if (kind === 'job' && object) jobs.add(object as Parameters<typeof jobs.add>[0]);
      if (kind === 'delivery' && object && 'status' in object && object.status === 'pending')
        deliverer.add(object as Parameters<typeof deliverer.add>[0]);
    }
    setImmediate(onSettled);
  });

  const faults = new Faults();
  const requests = new RequestLog();
  const router = new Router(MACHINES);
  const api = new Api({
    store,
    clock,
    router,
    faults,
    log: requests,
    fidelity,
    requestId: () => requestIds.next('req'),
  });
  const control = createControl({
    store,
    clock,
    jobs,
    deliverer,
    faults,
    requests,
    fidelity,
    restore: ready,
  });
  const plane = controlPlane(control, (url) => sandbox.setWebhookUrl(url));
  const server = createListener((request) =>
    request.path.startsWith('/_sandbox') ? plane(request) : api.handle(request),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  surroundings.url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  await store.flushed();

  const sandbox: Sandbox = {
    url: surroundings.url,
    port,
    accountId: ids.accountId,
    secretKey: ids.secretKey,
    publishableKey: ids.publishableKey,
    webhookSecret: builtIn.secret,
    async setWebhookUrl(url) {
      builtIn.point(url);
      deliverer.runDue();
      await store.flushed();
    },
    control,
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    async stop() {
      jobs.clear();
      deliverer.stop();
      poster.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await log?.close();
    },
  };
  return sandbox;
}
