import type Stripe from 'stripe';
import { contract } from '../contract/contract.js';
import type { EndpointSecret } from '../store/kinds.js';
import type { Store } from '../store/store.js';
import type { Transaction } from '../store/transaction.js';
import { addEndpoint, putEndpoint } from './webhook-endpoints.js';

const UNSET = {
  url: 'http://127.0.0.1:9/not-set',
  enabledEvents: ['*'],
  apiVersion: contract.apiVersion,
};

/** An endpoint that a sandbox has by itself, so that its secret is known before its address is. */
export class BuiltInEndpoint {
  /** `connect`: it hears of the events of connected accounts, and of no others. */
  constructor(
    private readonly store: Store,
    private readonly connect: boolean,
  ) {}

  ensure(): void {
    if (this.find()) return;
    this.store.transact((tx) => {
      const made = addEndpoint(tx, UNSET, { connect: this.connect, builtIn: true });
      tx.update('webhook_endpoint', made, {
        status: 'disabled',
        description: `The built-in endpoint of the sandbox${this.connect ? ' for connected accounts' : ''}`,
      });
    });
  }

  get secret(): string {
    return this.find()?.secret ?? '';
  }

  /** What is undelivered goes to the new address at once. */
  point(url: string | null): void {
    this.store.transact((tx) => {
      const endpoint = this.endpoint(tx);
      const status = url === null ? 'disabled' : 'enabled';
      tx.update('webhook_endpoint', endpoint, { url: url ?? endpoint.url, status });
      if (url === null) return;
      for (const delivery of this.store.platform.collection('delivery').values())
        if (delivery.endpoint === endpoint.id && delivery.status === 'pending')
          tx.put('delivery', { ...delivery, due: Math.min(delivery.due, tx.nowMs) });
    });
  }

  /** Somebody may have deleted it through the API, as tests do that tidy up; its secret stays. */
  private endpoint(tx: Transaction): Stripe.WebhookEndpoint {
    const id = this.find()?.id ?? '';
    return tx.get('webhook_endpoint', id) ?? putEndpoint(tx, id, UNSET);
  }

  private find(): EndpointSecret | undefined {
    const secrets = this.store.platform.collection('endpoint_secret').values();
    return secrets.find(({ builtIn, connect }) => builtIn && connect === this.connect);
  }
}
