import type { Answer, ApiRequest } from './exchange.js';
import type { Form, FormValue } from './form.js';

/** One API request, as tests count them. */
export interface LoggedRequest {
  id: string;
  /** Null when the key or the account was refused. */
  account: string | null;
  method: string;
  path: string;
  idempotencyKey: string | null;
  stripeVersion: string | null;
  params: Form;
  /** Null while it runs, and for good when a fault hung up instead of answering. */
  status: number | null;
  replayed: boolean;
  /** The fault rule that struck it. */
  fault: string | null;
}

export interface LogEntry {
  logged: LoggedRequest;
  account: (id: string) => void;
  fault: (id: string) => void;
}

const MOST_ENTRIES = 20_000;

export class RequestLog {
  private entries: LoggedRequest[] = [];

  begin(request: ApiRequest, id: string, params: Form): LogEntry {
    const logged: LoggedRequest = {
      id,
      account: null,
      method: request.method,
      path: request.path,
      idempotencyKey: text(request.headers['idempotency-key']),
      stripeVersion: text(request.headers['stripe-version']),
      params: plain(params) as Form,
      status: null,
      replayed: false,
      fault: null,
    };
    if (this.entries.length >= MOST_ENTRIES) this.entries = this.entries.slice(MOST_ENTRIES / 2);
    this.entries.push(logged);
    return {
      logged,
      account: (accountId) => {
        logged.account = accountId;
      },
      fault: (faultId) => {
        logged.fault = faultId;
      },
    };
  }

  end({ logged }: LogEntry, answer: Answer): void {
    logged.status = answer.cut?.at === 'start' ? null : answer.status;
    logged.replayed = answer.headers['Idempotent-Replayed'] === 'true';
  }

  list(): readonly LoggedRequest[] {
    return this.entries;
  }

  clear(): void {
    this.entries = [];
  }
}

function text(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}

/** Decoded forms have no prototype, which a deep comparison in a test would stumble over. */
function plain(value: FormValue): FormValue {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
