import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

const TIMEOUT_MS = 10_000;

export interface PostResult {
  /** Null when no answer came. */
  status: number | null;
  /** Null on a 2xx answer, else what went wrong. */
  error: string | null;
}

/** Posts to endpoints over connections that stay open. */
export class Poster {
  private readonly http = new HttpAgent({ keepAlive: true });
  private readonly https = new HttpsAgent({ keepAlive: true });

  /** A redirect is a failure and is not followed. */
  async post(url: string, body: string, headers: Record<string, string>): Promise<PostResult> {
    const first = await this.once(url, body, headers);
    // The receiver closed an idle connection just as we used it: nothing arrived, so this was no attempt.
    return first.error === STALE ? this.once(url, body, headers) : first;
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private once(url: string, body: string, headers: Record<string, string>): Promise<PostResult> {
    const secure = url.startsWith('https:');
    const bytes = Buffer.from(body);
    return new Promise((resolve) => {
      const options = {
        method: 'POST',
        agent: secure ? this.https : this.http,
        headers: { ...headers, 'Content-Length': String(bytes.length) },
        timeout: TIMEOUT_MS,
      };
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) =>
        finish(response, (result) => {
          clearTimeout(deadline);
          resolve(result);
        }),
      );
      const deadline = setTimeout(() => request.destroy(new Error('no answer within 10 s')), TIMEOUT_MS);
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(deadline);
        const stale = request.reusedSocket && error.code === 'ECONNRESET';
        resolve({ status: null, error: stale ? STALE : error.message || String(error.code) });
      });
      request.end(bytes);
    });
  }
}

const STALE = 'stale connection';

function finish(response: IncomingMessage, done: (result: PostResult) => void): void {
  const status = response.statusCode ?? 0;
  const result = { status, error: status >= 200 && status < 300 ? null : `HTTP ${status}` };
  response.on('error', () => done(result));
  response.on('end', () => done(result));
  response.resume();
}
