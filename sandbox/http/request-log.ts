import type { Answer, ApiRequest } from './exchange.js';
import { decodeForm, type Form, type FormValue } from './form.js';

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

const MOST_ENTRIES = 20_000;

/** Parameters are kept as they came: most requests are never looked at. */
export interface LogEntry {
  logged: Omit<LoggedRequest, 'params'>;
  form: string;
}

const CARD_NUMBER = /(number(?:\]|%5D)=)[\d+%]*(?=\d{4})/gi;

/** Somebody may type a real card into a test page: of a card number only the last four digits are kept. */
function masked(form: string): string {
  return form.includes('number') ? form.replaceAll(CARD_NUMBER, '$1************') : form;
}

export class RequestLog {
  private entries: LogEntry[] = [];

  begin(request: ApiRequest, id: string): LogEntry {
    const entry: LogEntry = {
      logged: {
        id,
        account: null,
        method: request.method,
        path: request.path,
        idempotencyKey: text(request.headers['idempotency-key']),
        stripeVersion: text(request.headers['stripe-version']),
        status: null,
        replayed: false,
        fault: null,
      },
      form: request.method === 'POST' ? request.body : request.query,
    };
    if (this.entries.length >= MOST_ENTRIES) this.entries = this.entries.slice(MOST_ENTRIES / 2);
    this.entries.push(entry);
    return entry;
  }

  end(entry: LogEntry, answer: Answer): void {
    const { logged } = entry;
    entry.form = masked(entry.form);
    logged.status = answer.cut?.at === 'start' ? null : answer.status;
    logged.replayed = answer.headers['Idempotent-Replayed'] === 'true';
  }

  list(): readonly LoggedRequest[] {
    return this.entries.map(({ logged, form }) => ({ ...logged, params: plain(decodeForm(form)) as Form }));
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
