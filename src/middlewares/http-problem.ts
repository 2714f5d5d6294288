/** A refusal that belongs to HTTP itself and that no other protocol of ours knows: 405, 413, 415. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(about: { status: number; code: string; detail: string; headers?: Record<string, string> }) {
    super(about.code);
    this.status = about.status;
    this.code = about.code;
    this.detail = about.detail;
    this.headers = about.headers ?? {};
  }
}
