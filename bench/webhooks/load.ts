import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type RoundResult, STEP_MS } from '../sandbox/figures.js';
import { openConnection } from './connection.js';
import { bodyOf, buildMix, type Delivery } from './mix.js';
import type { Templates } from './templates.js';

export interface Volley {
  templatesFile: string;
  seed: number;
  /** Of the whole mix; `from` and `to` are places in it. */
  events: number;
  from: number;
  to: number;
  port: number;
  path: string;
  secret: string;
  connections: number;
  /** Deliveries a second, whatever the answers take; as fast as answers come when absent. */
  rate?: number;
}

/** Told while a volley is under way: whether to go on, or to wait until the target has caught up. */
export interface Gate {
  open: boolean;
}

export interface VolleyResult extends RoundResult {
  /** CPU time of the load generator itself. */
  cpuMicros: number;
}

const HOST = '127.0.0.1';

let gate: Promise<void> | null = null;
let openGate: () => void = () => undefined;

/** Posts a part of the mix. All of it is signed and laid out in bytes before the clock starts. */
async function fire(volley: Volley): Promise<VolleyResult> {
  const requests = laidOut(volley);
  const histogram: Record<number, number> = {};
  const connections = await Promise.all(
    Array.from({ length: volley.connections }, () => openConnection(HOST, volley.port)),
  );
  let [next, failed] = [0, 0];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const send = async ({ post }: (typeof connections)[number]) => {
    for (let index = next++; index < requests.length; index = next++) {
      const due = volley.rate === undefined ? performance.now() : began + (index / volley.rate) * 1000;
      if (due > performance.now()) await delay(due - performance.now());
      if (gate) await gate;
      const started = volley.rate === undefined ? performance.now() : due;
      const status = await post(requests[index] as Buffer);
      if (status !== 200) failed += 1;
      const step = Math.round((performance.now() - started) / STEP_MS);
      histogram[step] = (histogram[step] ?? 0) + 1;
    }
  };
  await Promise.all(connections.map(send));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const { close } of connections) close();
  return { requests: requests.length, seconds, failed, histogram, cpuMicros: user + system };
}

function laidOut(volley: Volley): Buffer[] {
  const templates = JSON.parse(readFileSync(volley.templatesFile, 'utf8')) as Templates;
  const { deliveries } = buildMix({ templates, seed: volley.seed, events: volley.events });
  const at = Math.floor(Date.now() / 1000);
  const layOut = (delivery: Delivery) => requestOf(volley, bodyOf(templates, delivery), at);
  return deliveries.slice(volley.from, volley.to).map(layOut);
}

function requestOf({ path, port, secret }: Volley, body: string, at: number): Buffer {
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${HOST}:${port}`,
    'User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Stripe-Signature: t=${at},v1=${signature}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

process.on('message', (message: Volley | Gate) => {
  if (!('open' in message)) {
    void fire(message).then((result) => process.send?.(result));
  } else if (message.open) {
    openGate();
    gate = null;
  } else {
    gate ??= new Promise((resolve) => {
      openGate = resolve;
    });
  }
});
