import type { Request, RequestHandler, Response } from 'express';
import { pinoHttp } from 'pino-http';
import { callerNameOf } from '../domain/principal.js';
import { type Logger, logSerializers } from '../observability/logger.js';
import { requestIdOf } from './request-context.js';

/** One line for each finished request: method, path, status, duration, who. Never a header, a query or a body. */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp<Request, Response>({
    logger,
    serializers: logSerializers,
    wrapSerializers: false,
    genReqId: (_req, res) => requestIdOf(res),
    customLogLevel: () => 'info',
    customProps: (_req, res) => ({ requestId: requestIdOf(res), caller: callerIn(res) }),
    // Load balancers ask every few seconds.
    autoLogging: { ignore: (req) => req.url.startsWith('/health/') },
    quietReqLogger: true,
  });
}

function callerIn(res: Response): string | null {
  const { principal } = res.locals;
  return principal === undefined ? null : callerNameOf(principal);
}
