import { setTimeout as wait } from 'node:timers/promises';
import { type Db, type Document, MongoClient, MongoServerError } from 'mongodb';

const POLL_MS = 20;
const NOT_YET_INITIALIZED = 94;

export interface Node {
  port: number;
  replicaSetName: string;
  /** The process that must answer: something else may have taken the port. */
  pid: number;
}

export interface Patience {
  /** When to give up, in milliseconds since 1970. */
  deadline: number;
  /** Aborted when the server has ended: nobody will answer any more. */
  signal: AbortSignal;
}

/**
 * Makes the server on this port the primary of a replica set of one, whatever host and port the set had before.
 * @throws Error when another process answers on the port, or there is no primary by the deadline
 */
export async function bringUpReplicaSet(node: Node, { deadline, signal }: Patience): Promise<void> {
  const client = new MongoClient(`mongodb://127.0.0.1:${node.port}/?directConnection=true`, {
    serverSelectionTimeoutMS: Math.max(1, deadline - Date.now()),
    heartbeatFrequencyMS: 500,
    // A handshake that is under way survives close() for this long, when what holds the port is no mongod.
    connectTimeoutMS: 2_000,
    maxPoolSize: 1,
  });
  const abandon = (): void => void client.close().catch(() => undefined);
  signal.addEventListener('abort', abandon);
  try {
    const admin = client.db('admin');
    const status = await admin.command({ serverStatus: 1, metrics: 0, wiredTiger: 0 });
    if (Number(status.pid) !== node.pid)
      throw new Error(`port ${node.port} is used by process ${status.pid}`);
    await configure(admin, node);
    await waitForPrimary(admin, deadline);
  } finally {
    signal.removeEventListener('abort', abandon);
    await client.close();
  }
}

async function configure(admin: Db, { port, replicaSetName }: Node): Promise<void> {
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
  const held = await readConfig(admin);
  if (held === undefined) {
    await admin.command({ replSetInitiate: { _id: replicaSetName, members } });
    return;
  }
  if (held.members?.length === 1 && held.members[0]?.host === members[0]?.host) return;
  const next = { ...held, version: Number(held.version) + 1, members };
  await admin.command({ replSetReconfig: next, force: true });
}

async function readConfig(admin: Db): Promise<Document | undefined> {
  try {
    const answer = await admin.command({ replSetGetConfig: 1 });
    return answer.config;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NOT_YET_INITIALIZED) return undefined;
    throw error;
  }
}

async function waitForPrimary(admin: Db, deadline: number): Promise<void> {
  while (true) {
    const hello = await admin.command({ hello: 1 });
    if (hello.isWritablePrimary === true) return;
    if (Date.now() > deadline) throw new Error('the replica set has no primary');
    await wait(POLL_MS);
  }
}
