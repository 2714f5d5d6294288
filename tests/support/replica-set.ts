import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { freePort } from '../../embedded/free-port.js';
import { findMongod } from '../../embedded/mongod/find-mongod.js';
import { eventually } from './eventually.js';

export interface ReplicaSet {
  uri: string;
  /** Of its first member. */
  port: number;
  /** Another member becomes primary; resolves when it is, with its address. */
  stepDown(): Promise<string>;
  stop(): Promise<void>;
}

const NAME = 'guichet';
const MEMBERS = 3;
const START_MS = 60_000;
/** The one that stepped down may not be elected for so long. */
const STEP_DOWN_SECONDS = 10;

/** Three servers, of which one is primary until it steps down. */
export async function startReplicaSet(): Promise<ReplicaSet> {
  const binary = await findMongod({ env: process.env });
  const members: Member[] = [];
  // One after the other: two that look for a free port at once may find the same.
  for (let count = 0; count < MEMBERS; count += 1) members.push(await startMember(binary));
  const hosts = members.map(({ port }) => `127.0.0.1:${port}`);
  await initiate(hosts);
  const uri = `mongodb://${hosts.join(',')}/?replicaSet=${NAME}`;
  const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: START_MS });
  const admin = client.db('admin');
  const primary = async (): Promise<string> => {
    const hello: Document = await admin.command({ hello: 1 });
    return hello.isWritablePrimary === true ? String(hello.me) : '';
  };
  return {
    uri,
    port: members[0]?.port ?? 0,
    async stepDown() {
      const before = await primary();
      const command = { replSetStepDown: STEP_DOWN_SECONDS, secondaryCatchUpPeriodSecs: 5 };
      // Its connections break before it has answered.
      await admin.command(command).catch(() => undefined);
      const now = () => primary().catch(() => '');
      return eventually(now, (host) => host !== '' && host !== before, START_MS);
    },
    async stop() {
      await client.close();
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

interface Member {
  port: number;
  stop(): Promise<void>;
}

async function startMember(binary: string): Promise<Member> {
  const [port, data] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), 'guichet-member-'))]);
  const child = spawn(
    binary,
    [
      ...['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', data, '--nounixsocket'],
      ...['--replSet', NAME, '--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '256'],
      ...['--setParameter', 'transactionLifetimeLimitSeconds=10', '--setParameter', 'notablescan=1'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  return {
    port,
    async stop() {
      process.off('exit', end);
      child.kill('SIGKILL');
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Asks until all of them listen; each holds an election as soon as it misses its primary for two seconds. */
async function initiate(hosts: string[]): Promise<void> {
  const client = new MongoClient(`mongodb://${hosts[0]}/?directConnection=true`, {
    serverSelectionTimeoutMS: START_MS,
  });
  const config = {
    _id: NAME,
    members: hosts.map((host, _id) => ({ _id, host })),
    settings: { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 },
  };
  try {
    await eventually(
      () =>
        client
          .db('admin')
          .command({ replSetInitiate: config })
          .then(() => 'initiated', String),
      (answer) => answer === 'initiated',
      START_MS,
    );
  } finally {
    await client.close();
  }
}
