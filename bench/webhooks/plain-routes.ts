import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type RequestHandler } from 'express';
import { MongoClient } from 'mongodb';
import { WEBHOOK_SECRET } from './guichet.js';
import { listen } from './listen.js';
import type { Running, Surroundings } from './targets.js';

export const PLAIN_PATH = '/webhooks';
export const FLOOR_COLLECTION = 'events';

interface Event {
  id: string;
  type: string;
}

/** What somebody writes who keeps each event before the answer: Express, the HMAC, one insert that a majority confirms. */
export async function startFloor({ mongodbUri, dbName }: Surroundings): Promise<Running> {
  const client = await MongoClient.connect(mongodbUri, { maxPoolSize: 50 });
  const events = client.db(dbName).collection<{ _id: string }>(FLOOR_COLLECTION);
  const server = await listen(
    route(async (event, body) => {
      const row = { _id: event.id, type: event.type, body, receivedAt: new Date() };
      await events.insertOne(row, { writeConcern: { w: 'majority' } }).catch((error: { code?: number }) => {
        if (error.code !== 11000) throw error;
      });
    }),
  );
  return {
    port: server.port,
    async stop() {
      await server.stop();
      await client.close();
    },
  };
}

/** The same route, but what it is told is forgotten. */
export function startCeiling(): Promise<Running> {
  return listen(route(async () => undefined));
}

function route(keep: (event: Event, body: string) => Promise<void>): express.Express {
  const app = express();
  const handler: RequestHandler = async (req, res) => {
    const body = req.body as Buffer;
    if (!isSigned(body, String(req.headers['stripe-signature']))) {
      res.status(400).json({ received: false });
      return;
    }
    const text = body.toString();
    await keep(JSON.parse(text) as Event, text);
    res.json({ received: true });
  };
  app.post(PLAIN_PATH, express.raw({ type: 'application/json' }), handler);
  return app;
}

function isSigned(body: Buffer, header: string): boolean {
  const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (!at || !signature) return false;
  const expected = createHmac('sha256', WEBHOOK_SECRET).update(`${at}.`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}
