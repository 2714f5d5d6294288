export interface ApiRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Keeps the answer open: called once, with what sends more; what it gives is called when the client is gone. */
  stream?: (send: (text: string) => void) => () => void;
  /** What happens to the connection instead of, or in the middle of, this answer. */
  cut?: { at: 'start' | 'body'; how: 'reset' | 'hang' };
}
