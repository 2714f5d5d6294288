import type Stripe from 'stripe';
import type { Clock } from '../clock/clock.js';
import type { AccountState } from '../store/account-state.js';
import { mix } from '../store/ids.js';
import type { Delivery, StoredEvent } from '../store/kinds.js';
import type { Store } from '../store/store.js';
import { concerns, type DeliveryKnobs, drops, NO_KNOBS } from './knobs.js';
import { listenersFor } from './listeners.js';
import type { Poster, PostResult } from './post.js';
import { signature } from './sign.js';

const CONCURRENCY = 8;
/** With `reorder`, how long to gather before choosing. */
const GATHER_MS = 20;

/** A delivery with the account whose event it brings. */
interface Waiting {
  delivery: Delivery;
  state: AccountState;
}

interface Endpoint {
  endpoint: Stripe.WebhookEndpoint;
  secret: string;
  /** It is the account's own, and not one with `connect` of the platform. */
  own: boolean;
}

interface DelivererParts {
  store: Store;
  clock: Clock;
  poster: Poster;
  retryDelaysMs: readonly number[];
  onSettled: () => void;
}

/** Sends stored deliveries when they are due, at least once each, and stores how it went. */
export class Deliverer {
  private knobsNow: DeliveryKnobs = { ...NO_KNOBS };
  private readonly waiting = new Map<string, Waiting>();
  private readonly queue: string[] = [];
  private readonly queued = new Set<string>();
  private readonly sending = new Map<string, Promise<void>>();
  private resending = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerDue = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(private readonly deps: DelivererParts) {}

  get knobs(): DeliveryKnobs {
    return this.knobsNow;
  }

  set knobs(knobs: DeliveryKnobs) {
    this.knobsNow = knobs;
    this.runDue();
    setImmediate(this.deps.onSettled);
  }

  add(delivery: Delivery, state: AccountState): void {
    this.waiting.set(delivery.id, { delivery, state });
    const now = this.deps.clock.nowMs();
    if (delivery.due <= now) this.enqueue(delivery.id);
    else this.arm(delivery.due);
  }

  clear(): void {
    this.waiting.clear();
    this.queue.length = 0;
    this.queued.clear();
    clearTimeout(this.timer);
    this.timerDue = Number.POSITIVE_INFINITY;
  }

  /** What is held, goes to a disabled endpoint, or is due after the time of a frozen clock, waits without end: it does not count. */
  get busy(): boolean {
    if (this.sending.size + this.resending > 0) return true;
    const { clock } = this.deps;
    for (const waiting of this.waiting.values())
      if (this.mayGo(waiting) && !(clock.frozen && waiting.delivery.due > clock.nowMs())) return true;
    return false;
  }

  /** Also called when the clock was moved or an endpoint came back. */
  runDue(): void {
    this.timerDue = Number.POSITIVE_INFINITY;
    const now = this.deps.clock.nowMs();
    let next = Number.POSITIVE_INFINITY;
    for (const { delivery } of this.waiting.values()) {
      if (delivery.due <= now) this.enqueue(delivery.id);
      else next = Math.min(next, delivery.due);
    }
    if (Number.isFinite(next)) this.arm(next);
  }

  /** What `hold` keeps, oldest first. */
  held(): Delivery[] {
    return [...this.waiting.values()].filter((w) => this.isHeld(w)).map(({ delivery }) => delivery);
  }

  /** Attempts an event's pending deliveries now, one after another, held or not. Throws when there is none. */
  async deliver(eventId: string): Promise<void> {
    const pending = [...this.waiting.values()].filter(({ delivery }) => delivery.event === eventId);
    if (pending.length === 0)
      throw new Error(`event ${eventId} has no pending delivery; 'resend' sends it whatever became of it`);
    for (const { delivery } of pending) await this.start(delivery.id);
  }

  /** Sends an event again, to every endpoint that listens, whatever became of it before. */
  async resend(eventId: string, times: number): Promise<void> {
    const { accounts } = this.deps.store;
    const state = accounts.holderOf('event', eventId);
    const event = state?.collection('event').get(eventId);
    if (!state || !event) throw new Error(`no event ${eventId}`);
    this.resending += 1;
    try {
      for (const { id } of [...listenersFor(accounts, state, event.type)])
        await this.sendAgain(state, { event, endpoint: id, times });
    } finally {
      this.resending -= 1;
      this.deps.onSettled();
    }
  }

  /** What an endpoint would receive now. */
  requestFor(event: object, secret: string): { body: string; headers: Record<string, string> } {
    const body = JSON.stringify(event, null, 2);
    return {
      body,
      headers: {
        Accept: '*/*; q=0.5, application/xml',
        'Cache-Control': 'no-cache',
        'Content-Type': 'application/json; charset=utf-8',
        'Stripe-Signature': signature(body, secret, this.deps.clock.wallMs()),
        'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
    };
  }

  stop(): void {
    this.stopped = true;
    this.clear();
  }

  private async sendAgain(
    state: AccountState,
    { event, endpoint, times }: { event: StoredEvent; endpoint: string; times: number },
  ): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      const result = await this.send(state, event, endpoint);
      const delivery = state.collection('delivery').get(`${event.id}:${endpoint}`);
      if (result.error === null && delivery && delivery.status !== 'succeeded')
        this.finish({ delivery, state }, 'succeeded', result);
    }
  }

  private endpointOf(state: AccountState, id: string): Endpoint | undefined {
    for (const owner of [state, this.deps.store.platform]) {
      const endpoint = owner.collection('webhook_endpoint').get(id);
      const secret = owner.collection('endpoint_secret').get(id)?.secret;
      if (endpoint && secret !== undefined) return { endpoint, secret, own: owner === state };
    }
    return undefined;
  }

  private isHeld({ delivery, state }: Waiting): boolean {
    return this.knobs.hold && this.concerns(delivery, state);
  }

  private concerns({ event, endpoint }: Delivery, state: AccountState): boolean {
    return concerns(this.knobs, state.collection('event').get(event)?.type ?? '', endpoint);
  }

  private mayGo(waiting: Waiting): boolean {
    const status = this.endpointOf(waiting.state, waiting.delivery.endpoint)?.endpoint.status;
    return status !== 'disabled' && !this.isHeld(waiting);
  }

  private enqueue(id: string): void {
    const waiting = this.waiting.get(id);
    if (this.stopped || this.queued.has(id) || this.sending.has(id)) return;
    if (!waiting || !this.mayGo(waiting)) return;
    this.queued.add(id);
    this.queue.push(id);
    if (this.knobs.reorder) setTimeout(() => this.pump(), GATHER_MS);
    else setImmediate(() => this.pump());
  }

  private pump(): void {
    while (!this.stopped && this.sending.size < CONCURRENCY && this.queue.length > 0) {
      const id = this.take();
      const waiting = this.waiting.get(id);
      if (waiting && this.mayGo(waiting)) void this.start(id);
    }
  }

  private take(): string {
    const { length } = this.queue;
    // Repeats under a seed, as the ids do.
    const index = this.knobs.reorder ? mix(length * 31 + this.deps.store.ids.sequence) % length : 0;
    const id = this.queue.splice(index, 1)[0] ?? '';
    this.queued.delete(id);
    return id;
  }

  /** One attempt, or the one that is under way. */
  private start(id: string): Promise<void> {
    const running = this.sending.get(id);
    if (running) return running;
    if (this.queued.delete(id)) this.queue.splice(this.queue.indexOf(id), 1);
    const attempt = this.attempt(id).finally(() => {
      this.sending.delete(id);
      const left = this.waiting.get(id);
      if (left && left.delivery.due <= this.deps.clock.nowMs()) this.enqueue(id);
      this.pump();
      this.deps.onSettled();
    });
    this.sending.set(id, attempt);
    return attempt;
  }

  private async attempt(id: string): Promise<void> {
    const { store } = this.deps;
    const first = this.waiting.get(id);
    if (!first) return;
    const { delivery, state } = first;
    const knobs = this.concerns(delivery, state) ? this.knobs : NO_KNOBS;
    // What was told to nobody but us must be on the disk before the endpoint hears of it.
    await store.flushed();
    if (knobs.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, knobs.delayMs));
    if (this.stopped || !this.waiting.has(id)) return;
    const event = state.collection('event').get(delivery.event);
    const found = this.endpointOf(state, delivery.endpoint);
    if (!event || !found) return this.finish(first, 'failed', noAnswer('the endpoint was deleted'));
    if (found.endpoint.status !== 'enabled') return;
    if (drops(knobs, event.type)) return this.finish(first, 'dropped', noAnswer('dropped on request'));
    const copies = Array.from({ length: 1 + knobs.duplicate }, () =>
      this.send(state, event, delivery.endpoint),
    );
    const results = await Promise.all(copies);
    if (this.stopped || !this.waiting.has(id)) return;
    const success = results.find(({ error }) => error === null);
    if (success) this.finish(first, 'succeeded', success);
    else this.retry(first, results[0] ?? noAnswer('not sent'));
  }

  private async send(state: AccountState, event: StoredEvent, endpointId: string): Promise<PostResult> {
    const found = this.endpointOf(state, endpointId);
    if (!found) return noAnswer('the endpoint was deleted');
    const current = state.collection('event').get(event.id) ?? event;
    // An account is not told its own name.
    const shown = found.own && current.account !== undefined ? { ...current, account: undefined } : current;
    const { body, headers } = this.requestFor(shown, found.secret);
    return this.deps.poster.post(found.endpoint.url, body, headers);
  }

  private retry({ delivery, state }: Waiting, { status, error }: PostResult): void {
    const wait = this.deps.retryDelaysMs[delivery.attempts];
    if (wait === undefined) {
      this.finish({ delivery, state }, 'failed', { status, error });
      return;
    }
    const due = this.deps.clock.nowMs() + wait;
    const attempts = delivery.attempts + 1;
    this.deps.store.transact(
      (tx) => tx.put('delivery', { ...delivery, attempts, due, lastStatus: status, lastError: error }),
      state,
    );
  }

  private finish({ delivery, state }: Waiting, status: Delivery['status'], result: PostResult): void {
    this.waiting.delete(delivery.id);
    this.deps.store.transact((tx) => {
      const attempts = delivery.attempts + 1;
      tx.put('delivery', {
        ...delivery,
        attempts,
        status,
        lastStatus: result.status,
        lastError: result.error,
      });
      const event = tx.get('event', delivery.event);
      if (event && status === 'succeeded')
        tx.update('event', event, { pending_webhooks: Math.max(0, event.pending_webhooks - 1) });
    }, state);
  }

  private arm(due: number): void {
    const { clock } = this.deps;
    if (due >= this.timerDue || (clock.frozen && due > clock.nowMs())) return;
    clearTimeout(this.timer);
    this.timerDue = due;
    const wait = Math.min(Math.max(0, due - clock.nowMs()), 2 ** 31 - 1);
    this.timer = setTimeout(() => this.runDue(), wait);
    this.timer.unref();
  }
}

function noAnswer(error: string): PostResult {
  return { status: null, error };
}
