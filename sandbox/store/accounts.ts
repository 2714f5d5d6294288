import { AccountState } from './account-state.js';
import type { Kind, Kinds } from './kinds.js';

/** The platform's account and those connected to it. Each has its own objects, events, balance and idempotency keys. */
export class Accounts {
  private readonly states = new Map<string, AccountState>();

  constructor(private readonly platformId: string) {}

  get platform(): AccountState {
    return this.state(this.platformId);
  }

  /** Its state, whether or not the account was made yet. */
  state(id: string): AccountState {
    let state = this.states.get(id);
    if (!state) {
      state = new AccountState(id);
      this.states.set(id, state);
    }
    return state;
  }

  all(): AccountState[] {
    return [...this.states.values()];
  }

  isPlatform(state: AccountState): boolean {
    return state.accountId === this.platformId;
  }

  /** Undefined for an account that nobody made. */
  find(id: string): Kinds['account'] | undefined {
    return this.states.get(id)?.collection('account').get(id);
  }

  /** The account that has this object. */
  holderOf(kind: Kind, id: string): AccountState | undefined {
    return this.all().find((state) => state.collection(kind).get(id) !== undefined);
  }

  clear(): void {
    this.states.clear();
  }
}
