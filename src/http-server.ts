import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InFlight } from './middlewares/in-flight.js';
import type { WebhookHandler } from './middlewares/stripe/receive-webhook.js';

const IDLE_SWEEP_MS = 50;

export interface HttpServerOptions {
  app: RequestListener;
  /** Plain handlers by exact path; they never see Express. */
  webhooks: ReadonlyMap<string, WebhookHandler>;
  /** 0 takes any free port. */
  port: number;
  host: string;
  requestTimeoutMs: number;
  headersTimeoutMs: number;
  keepAliveTimeoutMs: number;
  /** Work that outlives its client's connection; a stop waits for it too. */
  inFlight: Pick<InFlight, 'settled'>;
}

export interface HttpServer {
  port: number;
  /**
   * Takes no new request, lets those under way end, and cuts what is left after `graceMs`. False when something
   * was cut.
   */
  stop(graceMs: number): Promise<boolean>;
}

/** Listens, with time-outs against slow clients. Rejects when the port cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs,
      headersTimeout: options.headersTimeoutMs,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      noDelay: true,
    },
    dispatch(options),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, stop: (graceMs) => stop(server, options.inFlight, graceMs) };
}

function dispatch({ app, webhooks }: HttpServerOptions): RequestListener {
  return (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0]?.replace(/\/$/, '') ?? '';
    const webhook = webhooks.get(path);
    if (webhook === undefined) app(req, res);
    else webhook(req, res);
  };
}

async function stop(
  server: Server,
  inFlight: HttpServerOptions['inFlight'],
  graceMs: number,
): Promise<boolean> {
  // A kept-alive connection would bring the next request to a server that is going.
  server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  let timer: NodeJS.Timeout | undefined;
  const graceEnded = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), graceMs);
  });
  const drained = closed.then(() => inFlight.settled()).then(() => true);
  // Connections become idle as their last answer ends; `close` looked at them only once.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const clean = await Promise.race([drained, graceEnded]);
  clearTimeout(timer);
  clearInterval(sweep);
  server.closeAllConnections();
  return clean;
}
