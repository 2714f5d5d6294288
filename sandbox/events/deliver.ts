import type { Clock } from '../clock/clock.js';
import { mix } from '../store/ids.js';
import type { Delivery, StoredEvent } from '../store/kinds.js';
import type { Store } from '../store/store.js';
import type { Poster } from './post.js';
import { signature } from './sign.js';

/** What can be made to go wrong between Stripe and an endpoint. */
export interface DeliveryKnobs {
  /** So many more copies of each delivery. */
  duplicate: number;
  /** Those that are due together go out in another order. */
  reorder: boolean;
  /** Wait so long (wall clock) before each attempt. */
  delayMs: number;
  /** Never send: all, or these event types. */
  drop: boolean | readonly string[];
}

export const NO_KNOBS: DeliveryKnobs = { duplicate: 0, reorder: false, delayMs: 0, drop: false };

const CONCURRENCY = 8;
/** With `reorder`, how long to gather before choosing. */
const GATHER_MS = 20;

/** Sends stored deliveries when they are due, at least once each, and stores how it went. */
export class Deliverer {
  knobs: DeliveryKnobs = { ...NO_KNOBS };
  private readonly waiting = new Map<string, Delivery>();
  private readonly queue: string[] = [];
  private readonly queued = new Set<string>();
  private sending = 0;
  private resending = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerDue = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(
    private readonly deps: {
      store: Store;
      clock: Clock;
      poster: Poster;
      retryDelaysMs: readonly number[];
      onSettled: () => void;
    },
  ) {}

  add(delivery: Delivery): void {
    this.waiting.set(delivery.id, delivery);
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

  /** Deliveries to a disabled endpoint wait for it without end, so they do not count. */
  get busy(): boolean {
    if (this.sending + this.resending > 0) return true;
    for (const { endpoint, id } of this.waiting.values())
      if (this.queued.has(id) || this.endpointOf(endpoint)?.status === 'enabled') return true;
    return false;
  }

  /** Also called when the clock was moved or an endpoint came back. */
  runDue(): void {
    this.timerDue = Number.POSITIVE_INFINITY;
    const now = this.deps.clock.nowMs();
    let next = Number.POSITIVE_INFINITY;
    for (const delivery of this.waiting.values()) {
      if (delivery.due <= now) this.enqueue(delivery.id);
      else next = Math.min(next, delivery.due);
    }
    if (Number.isFinite(next)) this.arm(next);
  }

  /** Sends an event again, to every endpoint that listens, whatever became of it before. */
  async resend(eventId: string, times: number): Promise<void> {
    const { store } = this.deps;
    const event = store.platform.collection('event').get(eventId);
    if (!event) throw new Error(`no event ${eventId}`);
    this.resending += 1;
    try {
      await this.sendToAll(event, times);
    } finally {
      this.resending -= 1;
      this.deps.onSettled();
    }
  }

  /** What an endpoint would receive now. */
  requestFor(event: StoredEvent, secret: string): { body: string; headers: Record<string, string> } {
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

  private async sendToAll(event: StoredEvent, times: number): Promise<void> {
    const { store } = this.deps;
    for (const endpoint of store.platform.collection('webhook_endpoint').values()) {
      const listens = endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(event.type);
      if (endpoint.status !== 'enabled' || !listens) continue;
      for (let i = 0; i < times; i += 1) {
        const error = await this.send(event, endpoint.id);
        const delivery = store.platform.collection('delivery').get(`${event.id}:${endpoint.id}`);
        if (error === null && delivery && delivery.status !== 'succeeded')
          this.finish(delivery, 'succeeded', null);
      }
    }
  }

  stop(): void {
    this.stopped = true;
    this.clear();
  }

  private endpointOf(id: string) {
    return this.deps.store.platform.collection('webhook_endpoint').get(id);
  }

  private enqueue(id: string): void {
    if (this.stopped || this.queued.has(id)) return;
    this.queued.add(id);
    this.queue.push(id);
    if (this.knobs.reorder) setTimeout(() => this.pump(), GATHER_MS);
    else setImmediate(() => this.pump());
  }

  private pump(): void {
    while (!this.stopped && this.sending < CONCURRENCY && this.queue.length > 0) {
      const id = this.take();
      const delivery = this.waiting.get(id);
      if (!delivery) this.queued.delete(id);
      else {
        this.sending += 1;
        void this.attempt(delivery).finally(() => {
          this.sending -= 1;
          this.pump();
          this.deps.onSettled();
        });
      }
    }
  }

  private take(): string {
    const { length } = this.queue;
    // Repeats under a seed, as the ids do.
    const index = this.knobs.reorder ? mix(length * 31 + this.deps.store.ids.sequence) % length : 0;
    return this.queue.splice(index, 1)[0] ?? '';
  }

  private async attempt(delivery: Delivery): Promise<void> {
    const { store } = this.deps;
    const event = store.platform.collection('event').get(delivery.event);
    const endpoint = this.endpointOf(delivery.endpoint);
    // What was told to nobody but us must be on the disk before the endpoint hears of it.
    await store.flushed();
    if (this.knobs.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.knobs.delayMs));
    this.queued.delete(delivery.id);
    if (this.stopped) return;
    if (!event || !endpoint) return this.finish(delivery, 'failed', 'the endpoint was deleted');
    if (endpoint.status !== 'enabled') return;
    if (this.isDropped(event)) return this.finish(delivery, 'dropped', 'dropped on request');
    const sends = Array.from({ length: 1 + this.knobs.duplicate }, () => this.send(event, endpoint.id));
    const errors = await Promise.all(sends);
    if (this.stopped || !this.waiting.has(delivery.id)) return;
    const error = errors.find((result) => result !== null) ?? null;
    if (errors.includes(null)) this.finish(delivery, 'succeeded', null);
    else this.retry(delivery, error);
  }

  private isDropped({ type }: StoredEvent): boolean {
    const { drop } = this.knobs;
    return typeof drop === 'boolean' ? drop : drop.includes(type);
  }

  private async send(event: StoredEvent, endpointId: string): Promise<string | null> {
    const { store, poster } = this.deps;
    const endpoint = this.endpointOf(endpointId);
    const secret = store.platform.collection('endpoint_secret').get(endpointId)?.secret;
    if (!endpoint || secret === undefined) return 'the endpoint was deleted';
    const current = store.platform.collection('event').get(event.id) ?? event;
    const { body, headers } = this.requestFor(current, secret);
    return poster.post(endpoint.url, body, headers);
  }

  private retry(delivery: Delivery, error: string | null): void {
    const wait = this.deps.retryDelaysMs[delivery.attempts];
    if (wait === undefined) {
      this.finish(delivery, 'failed', error);
      return;
    }
    const due = this.deps.clock.nowMs() + wait;
    const next = { ...delivery, attempts: delivery.attempts + 1, due, lastError: error };
    this.deps.store.transact((tx) => tx.put('delivery', next));
  }

  private finish(delivery: Delivery, status: Delivery['status'], lastError: string | null): void {
    this.waiting.delete(delivery.id);
    this.deps.store.transact((tx) => {
      const attempts = delivery.attempts + 1;
      tx.put('delivery', { ...delivery, attempts, status, lastError });
      const event = tx.get('event', delivery.event);
      if (event && status === 'succeeded')
        tx.update('event', event, { pending_webhooks: Math.max(0, event.pending_webhooks - 1) });
    });
  }

  private arm(due: number): void {
    if (due >= this.timerDue) return;
    clearTimeout(this.timer);
    this.timerDue = due;
    const wait = Math.min(Math.max(0, due - this.deps.clock.nowMs()), 2 ** 31 - 1);
    this.timer = setTimeout(() => this.runDue(), wait);
    this.timer.unref();
  }
}
