import autocannon from 'autocannon';
import { type RoundResult, STEP_MS } from './figures.js';

export interface Shot {
  method: 'GET' | 'POST';
  path: string;
  body: string;
  headers: Record<string, string>;
}

export interface Round {
  port: number;
  shot: Shot;
  seconds: number;
  connections: number;
}

/** One round of load. Each request has an idempotency key of its own where the headers hold `[<id>]`. */
async function fire(round: Round): Promise<RoundResult> {
  const histogram: Record<number, number> = {};
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(optionsOf(round), (error: Error | null, done) =>
      error ? reject(error) : resolve(done),
    );
    instance.on('response', (...[, , , ms]) => {
      const step = Math.round(ms / STEP_MS);
      histogram[step] = (histogram[step] ?? 0) + 1;
    });
  });
  return {
    requests: result.requests.total,
    seconds: result.duration,
    failed: result.non2xx + result.errors + result.timeouts,
    histogram,
  };
}

function optionsOf({ port, shot, seconds, connections }: Round): autocannon.Options {
  return {
    url: `http://127.0.0.1:${port}${shot.path}`,
    method: shot.method,
    headers: shot.headers,
    ...(shot.method === 'POST' && { body: shot.body }),
    idReplacement: Object.values(shot.headers).includes('[<id>]'),
    connections,
    duration: seconds,
  };
}

/**
 * Keeps this process from sleeping. A server that is faster than the generator never pays for waking it, a slower one would
 * for each answer, and the two could not be compared.
 */
function stayAwake(): () => void {
  let awake = true;
  const turn = () => {
    if (awake) setImmediate(turn);
  };
  turn();
  return () => {
    awake = false;
  };
}

process.on('message', (round: Round) => {
  const sleep = stayAwake();
  void fire(round).then((result) => {
    sleep();
    process.send?.(result);
  });
});
