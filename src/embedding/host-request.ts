import type { IncomingMessage, ServerResponse } from 'node:http';

type HostResponse = ServerResponse & { locals?: object };

/** How a request and its response looked when the host handed them over. */
interface HostView {
  request: object | null;
  response: object | null;
  locals: object | undefined;
  res: HostResponse;
}

const views = new WeakMap<IncomingMessage, HostView>();

/**
 * Keeps the host's view of a request before our app puts its own prototypes and locals on it: a host may run another
 * version of Express, or have extended its own. Our locals read through to the host's and never write there.
 */
export function borrow(req: IncomingMessage & { ip?: unknown }, res: HostResponse): void {
  const { locals } = res;
  views.set(req, { request: Object.getPrototypeOf(req), response: Object.getPrototypeOf(res), locals, res });
  res.locals = Object.assign(Object.create(locals ?? null), { requestId: undefined, principal: undefined });
}

/** Runs what is the host's with the request as the host knows it. */
export async function asHost<Result>(
  req: IncomingMessage,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const view = views.get(req);
  if (view === undefined) return work();
  const { res } = view;
  const ours = {
    request: Object.getPrototypeOf(req),
    response: Object.getPrototypeOf(res),
    locals: res.locals,
  };
  wear(req, res, view);
  try {
    return await work();
  } finally {
    wear(req, res, ours);
  }
}

function wear(req: IncomingMessage, res: HostResponse, as: Omit<HostView, 'res'>): void {
  Object.setPrototypeOf(req, as.request);
  Object.setPrototypeOf(res, as.response);
  if (as.locals === undefined) delete res.locals;
  else res.locals = as.locals;
}
