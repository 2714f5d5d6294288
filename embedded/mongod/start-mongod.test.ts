import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { z } from 'zod';
import { runFixture } from '../fixtures/run-fixture.js';
import { until } from '../fixtures/until.js';
import { commandLine, isAlive } from '../processes.js';
import { type MongodOptions, type RunningMongod, startMongod } from './start-mongod.js';
import { readRecord } from './supervisor-record.js';

const startedSchema = z.object({ pid: z.number(), port: z.number() });

describe('an embedded mongod', () => {
  const running: RunningMongod[] = [];
  let home: string;

  async function start(options: Partial<MongodOptions>): Promise<RunningMongod> {
    const mongod = await startMongod({ env: process.env, cacheSizeGB: 0.25, ...options });
    running.push(mongod);
    return mongod;
  }

  async function notes(mongod: RunningMongod): Promise<unknown[]> {
    const client = new MongoClient(mongod.uri, { serverSelectionTimeoutMS: 5_000 });
    try {
      const rows = await client.db('shop').collection('notes').find().toArray();
      await client.withSession((session) =>
        session.withTransaction(() =>
          client.db('shop').collection('notes').insertOne({ n: rows.length }, { session }),
        ),
      );
      return rows.map((row) => row.n);
    } finally {
      await client.close();
    }
  }

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'guichet-embedded-'));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((mongod) => mongod.stop()));
    await rm(home, { recursive: true, force: true });
  });

  it('is a replica set with transactions, and its temporary folder goes with it', async () => {
    const mongod = await start({});
    expect(await notes(mongod)).to.deep.equal([]);
    const folder = dirname(mongod.logFile);
    await access(folder);
    await mongod.stop();
    expect(isAlive(mongod.pid)).to.equal(false);
    const error = await access(folder).catch((caught: unknown) => caught);
    expect(String(error)).to.contain('ENOENT');
  });

  it('runs in a process group of its own, so that Ctrl-C does not reach it, and sees none of our secrets', async function () {
    if (process.platform !== 'linux') this.skip();
    const mongod = await start({ env: { ...process.env, STRIPE_SECRET_KEY: 'not for mongod' } });
    const stat = await readFile(`/proc/${mongod.pid}/stat`, 'utf8');
    const own = await readFile('/proc/self/stat', 'utf8');
    const group = (text: string): string | undefined => text.slice(text.lastIndexOf(')')).split(' ')[3];
    expect(group(stat)).to.match(/^\d+$/).and.not.equal(group(own));
    const environment = await readFile(`/proc/${mongod.pid}/environ`, 'utf8');
    expect(environment).to.not.contain('not for mongod');
  });

  it('keeps its data after a clean stop, also on another port', async () => {
    const dataDir = join(home, 'mongodb');
    const first = await start({ dataDir });
    expect(await notes(first)).to.deep.equal([]);
    await first.stop();
    const second = await start({ dataDir });
    expect(second.port).to.not.equal(first.port);
    expect(await notes(second)).to.deep.equal([0]);
  });

  it('keeps its data after being killed, also under another replica-set port', async () => {
    const dataDir = join(home, 'mongodb');
    const first = await start({ dataDir });
    expect(await notes(first)).to.deep.equal([]);
    first.kill();
    expect(await first.ended).to.contain('SIGKILL');
    const second = await start({ dataDir });
    expect(await notes(second)).to.deep.equal([0]);
  });

  it('refuses data that a living process uses, and names the process', async () => {
    const dataDir = join(home, 'mongodb');
    await start({ dataDir });
    const error = await start({ dataDir }).catch((caught: unknown) => caught);
    expect(String(error)).to.contain(dataDir).and.contain(`process ${process.pid}`);
  });

  it('dies with the process that started it, even if that is killed', async () => {
    const dataDir = join(home, 'mongodb');
    const { child, said } = await runFixture('start-mongod-and-wait', [dataDir]);
    const { pid } = startedSchema.parse(said);
    expect(await commandLine(pid)).to.contain('mongod');
    child.kill('SIGKILL');
    await until('mongod ends with its owner', () => !isAlive(pid));
  });

  it('takes over at once from an owner that was killed', async () => {
    const dataDir = join(home, 'mongodb');
    const { child, said } = await runFixture('start-mongod-and-wait', [dataDir]);
    child.kill('SIGKILL');
    const next = await start({ dataDir });
    expect(next.pid).to.not.equal(startedSchema.parse(said).pid);
    expect(await notes(next)).to.deep.equal([]);
  });

  it('ends an orphan whose supervisor was killed too', async () => {
    const dataDir = join(home, 'mongodb');
    const { child, said } = await runFixture('start-mongod-and-wait', [dataDir]);
    const orphan = startedSchema.parse(said).pid;
    const record = await readRecord(dataDir);
    if (record === undefined) throw new Error('the supervisor left no note');
    process.kill(record.supervisor, 'SIGKILL');
    child.kill('SIGKILL');
    await until('the supervisor is gone', () => !isAlive(record.supervisor));
    expect(isAlive(orphan)).to.equal(true);
    const next = await start({ dataDir });
    expect(isAlive(orphan)).to.equal(false);
    expect(await notes(next)).to.deep.equal([]);
  });

  it('shows the last lines of the log of a mongod that ends early', async () => {
    const error = await start({ parameters: { noSuchParameter: 1 } }).catch((caught: unknown) => caught);
    expect(String(error)).to.contain('last lines of its log').and.contain('noSuchParameter');
  });

  it('says which port is taken', async () => {
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    try {
      const error = await start({ port }).catch((caught: unknown) => caught);
      expect(String(error)).to.match(/address already in use/i);
    } finally {
      server.close();
    }
  });
});
