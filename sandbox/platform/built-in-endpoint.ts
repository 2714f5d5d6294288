import { contract } from '../contract/contract.js';
import type { Store } from '../store/store.js';
import { addEndpoint } from './webhook-endpoints.js';

const NOWHERE = 'http://127.0.0.1:9/not-set';

/** The one endpoint that a sandbox always has, so that its secret is known before its address is. */
export class BuiltInEndpoint {
  constructor(private readonly store: Store) {}

  ensure(): void {
    if (this.find()) return;
    this.store.transact((tx) => {
      const made = addEndpoint(tx, {
        url: NOWHERE,
        enabledEvents: ['*'],
        apiVersion: contract.apiVersion,
        connect: false,
        builtIn: true,
      });
      tx.update('webhook_endpoint', made, {
        status: 'disabled',
        description: 'The built-in endpoint of the sandbox',
      });
    });
  }

  get secret(): string {
    return this.find()?.secret ?? '';
  }

  /** What is undelivered goes to the new address at once. */
  point(url: string | null): void {
    const id = this.find()?.id;
    if (id === undefined) throw new Error('the built-in endpoint was deleted');
    this.store.transact((tx) => {
      const endpoint = tx.require('webhook_endpoint', id);
      const status = url === null ? 'disabled' : 'enabled';
      tx.update('webhook_endpoint', endpoint, { url: url ?? endpoint.url, status });
      if (url === null) return;
      for (const delivery of this.store.platform.collection('delivery').values())
        if (delivery.endpoint === id && delivery.status === 'pending')
          tx.put('delivery', { ...delivery, due: Math.min(delivery.due, tx.nowMs) });
    });
  }

  private find() {
    const secrets = this.store.platform.collection('endpoint_secret').values();
    return secrets.find(({ builtIn }) => builtIn);
  }
}
