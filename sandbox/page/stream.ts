import type { SandboxControl } from '../control/control.js';
import type { Engine } from '../engine.js';
import type { Answer } from '../http/exchange.js';
import { format } from '../ledger/currencies.js';
import type { AccountState } from '../store/account-state.js';
import { isApiKind, type Kind } from '../store/kinds.js';
import type { Change } from '../store/transaction.js';

/** Deliveries are no objects of the API, and what the page is for. */
function isShown(kind: Kind): boolean {
  return isApiKind(kind) || kind === 'delivery';
}

const TICK_MS = 150;
const BEAT_MS = 15_000;
/** How much of each kind a page gets when it is opened. */
const MOST_AT_START = 100;
const MOST_REQUESTS = 50;

interface Shown {
  account: string | null;
  kind: string;
  id: string;
  object: unknown;
  /** Its amount as people read it; empty where it has none. */
  money: string;
}

/** `GET /_sandbox/stream`: everything as it is, and then what changes, as server-sent events. */
export class LiveStream {
  private readonly clients = new Set<(text: string) => void>();
  private changes: Shown[] = [];
  private lastState = '';
  private timer: NodeJS.Timeout | undefined;
  private sinceBeat = 0;

  constructor(
    private readonly engine: Engine,
    private readonly control: SandboxControl,
  ) {
    engine.store.onCommit((changes, state) => this.collect(changes, state));
    engine.store.onReset(() => {
      this.changes = [];
      this.lastState = '';
      this.tell('everything', this.everything());
    });
  }

  answer(): Answer {
    const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' };
    return { status: 200, headers, body: '', stream: (send) => this.open(send) };
  }

  private open(send: (text: string) => void): () => void {
    this.clients.add(send);
    send(message('everything', this.everything()));
    send(message('state', this.state()));
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    return () => {
      this.clients.delete(send);
      if (this.clients.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
      this.changes = [];
    };
  }

  private collect(changes: readonly Change[], state: AccountState): void {
    if (this.clients.size === 0) return;
    for (const { kind, id, object } of changes)
      if (isShown(kind)) this.changes.push(shown(this.nameOf(state), kind, { id, object }));
  }

  private tick(): void {
    if (this.changes.length > 0) {
      this.tell('changes', this.changes);
      this.changes = [];
    }
    const state = this.state();
    const text = JSON.stringify({ ...state, clock: { ...state.clock, now: 0 } });
    if (text !== this.lastState) this.tell('state', state);
    this.lastState = text;
    this.sinceBeat += TICK_MS;
    if (this.sinceBeat < BEAT_MS) return;
    this.sinceBeat = 0;
    for (const send of this.clients) send(': still here\n\n');
  }

  private everything(): Shown[] {
    return this.engine.store.accounts.all().flatMap((state) =>
      Object.keys(state.counts())
        .filter((kind) => isShown(kind as Kind))
        .flatMap((kind) => this.latest(state, kind as Kind)),
    );
  }

  private latest(state: AccountState, kind: Kind): Shown[] {
    const account = this.nameOf(state);
    const objects = state.collection(kind).values().slice(-MOST_AT_START);
    return objects.map((object) => shown(account, kind, { id: object.id, object }));
  }

  private state() {
    const { control, engine } = this;
    const { clock } = engine;
    const requests = control.requests().slice(-MOST_REQUESTS);
    return {
      clock: { now: clock.nowMs(), offset: clock.offset, frozen: clock.frozen },
      knobs: control.deliveries.knobs,
      held: control.deliveries.held().map(({ id }) => id),
      faults: control.faults.list(),
      violations: control.violations().length,
      requests: requests.map(({ id, account, method, path, status, replayed, fault }) => ({
        id,
        account: account === engine.ids.accountId ? null : account,
        method,
        path,
        status,
        replayed,
        fault,
      })),
      keys: {
        secret: engine.ids.secretKey,
        publishable: engine.ids.publishableKey,
        webhook: engine.builtIn.secret,
        account: engine.ids.accountId,
      },
    };
  }

  private nameOf(state: AccountState): string | null {
    return this.engine.store.accounts.isPlatform(state) ? null : state.accountId;
  }

  private tell(name: string, data: unknown): void {
    const text = message(name, data);
    for (const send of this.clients) send(text);
  }
}

function shown(
  account: string | null,
  kind: Kind,
  { id, object }: { id: string; object: object | undefined },
): Shown {
  return { account, kind, id, object: object ?? null, money: moneyOf(object ?? {}) };
}

interface Priced {
  amount?: number | null;
  amount_total?: number | null;
  unit_amount?: number | null;
  currency?: string | null;
}

function moneyOf({ amount, amount_total, unit_amount, currency }: Priced): string {
  const value = amount ?? amount_total ?? unit_amount;
  if (typeof value !== 'number' || typeof currency !== 'string') return '';
  return `${format(value, currency)} ${currency.toUpperCase()}`;
}

function message(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
