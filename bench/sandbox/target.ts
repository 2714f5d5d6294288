import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { startSandbox } from '../../sandbox/start-sandbox.js';

export type TargetQuestion = { ask: 'address' | 'usage' } | { ask: 'answer-with'; body: string };

export interface Usage {
  cpuMicros: number;
  rssBytes: number;
}

export interface TargetAnswer {
  port: number;
  key: string;
  usage: Usage;
}

const { values } = parseArgs({ options: { floor: { type: 'boolean' }, data: { type: 'string' } } });

/** What a form costs at least: parsed by the platform's own class, answered with JSON of the size that the sandbox sends. */
async function startFloor() {
  let fields: Record<string, unknown> = {};
  let count = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      count += 1;
      const body = JSON.stringify({ ...fields, id: `${count}${form.amount ?? ''}` });
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
      response.writeHead(200, headers).end(body);
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    key: 'none',
    answerWith: (body: string) => {
      fields = JSON.parse(body) as Record<string, unknown>;
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function startStripe() {
  const sandbox = await startSandbox(values.data === undefined ? {} : { dataFile: values.data });
  return {
    port: sandbox.port,
    key: sandbox.secretKey,
    answerWith: () => {},
    stop: () => void sandbox.stop(),
  };
}

const target = await (values.floor ? startFloor() : startStripe());

process.on('message', (question: TargetQuestion) => {
  if (question.ask === 'answer-with') target.answerWith(question.body);
  const { user, system } = process.cpuUsage();
  const usage = { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
  process.send?.({ port: target.port, key: target.key, usage } satisfies TargetAnswer);
});
process.on('disconnect', () => target.stop());
