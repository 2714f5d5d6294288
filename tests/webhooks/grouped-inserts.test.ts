import { expect } from 'chai';
import { loadConfig } from '../../src/config/env.js';
import { connectDatabase, type Database } from '../../src/db/connect.js';
import { createRepositories } from '../../src/repositories/repositories.js';
import { GROUPING, type Grouping } from '../../src/services/stripe/webhooks/group-inserts.js';
import { ingestEvent, type ReceivedEvent } from '../../src/services/stripe/webhooks/ingest-event.js';
import { systemClock } from '../../src/utils/clock.js';
import { openTestDatabase, type TestDatabase } from '../support/database.js';
import { type MongoProxy, startMongoProxy } from '../support/mongo-proxy.js';
import { exampleEvent } from '../support/webhooks.js';

type Ingest = (received: ReceivedEvent) => Promise<unknown>;

describe('inserts of events that arrive together', () => {
  let db: TestDatabase;
  /** Rows of each command, in order. */
  let groups: number[];
  let woken: number;
  before(async () => {
    db = await openTestDatabase('grouped-inserts');
  });
  beforeEach(() => {
    groups = [];
    woken = 0;
  });
  after(() => db.close());

  function ingestInto(database: Database, grouping?: Grouping): Ingest {
    const { webhookEvents } = createRepositories(database);
    const insertDurably: typeof webhookEvents.insertDurably = (rows) => {
      groups.push(rows.length);
      return webhookEvents.insertDurably(rows);
    };
    const platform = { stripeAccountId: 'acct_1', livemode: false };
    const wake = () => {
      woken += 1;
    };
    return ingestEvent(
      {
        repositories: { webhookEvents: { ...webhookEvents, insertDurably } },
        platform,
        clock: systemClock,
        wake,
      },
      grouping,
    );
  }

  function received(changes: Record<string, unknown> = {}, bytes?: number): ReceivedEvent {
    const event = exampleEvent(changes);
    const text = JSON.stringify(event);
    return { event, text, bytes: bytes ?? text.length };
  }
  const many = (count: number) => Array.from({ length: count }, () => received());
  const fates = (ingest: Ingest, events: readonly ReceivedEvent[]) =>
    Promise.all(
      events.map((one) =>
        ingest(one).then(
          (outcome) => outcome,
          (error: Error) => error.name,
        ),
      ),
    );

  async function stored(events: readonly ReceivedEvent[]): Promise<number> {
    const ids = events.map(({ event }) => event.id);
    const collection = db.stores.webhookEvents.raw;
    return collection.countDocuments({ _id: { $in: ids } }, { readConcern: { level: 'majority' } });
  }

  it('300 at once are a few commands, each event stored once and each told so', async () => {
    const events = many(300);
    const outcomes = await fates(ingestInto(db.database), events);
    expect(new Set(outcomes)).to.deep.equal(new Set(['stored']));
    expect(await stored(events)).to.equal(300);
    expect(groups).to.deep.equal([256, 44]);
    expect(woken, 'the worker is woken once a group').to.equal(2);
  });

  it('a lone event is a command of its own, and goes before anything else can come', async () => {
    const ingest = ingestInto(db.database);
    const outcome = ingest(received());
    await new Promise((resolve) => setImmediate(resolve));
    expect(groups).to.deep.equal([1]);
    expect(await outcome).to.equal('stored');
  });

  it('tells duplicates inside a group and of an earlier one from what is new', async () => {
    const ingest = ingestInto(db.database);
    const [known, twice, alone] = many(3) as [ReceivedEvent, ReceivedEvent, ReceivedEvent];
    expect(await ingest(known)).to.equal('stored');
    expect(await fates(ingest, [twice, known, alone, twice])).to.deep.equal([
      'stored',
      'duplicate',
      'stored',
      'duplicate',
    ]);
    expect(groups).to.deep.equal([1, 4]);
    expect(await ingest(known)).to.equal('duplicate');
    expect(woken, 'not for duplicates alone').to.equal(2);
  });

  it('an event that no document can hold fails alone', async () => {
    const large = received({ data: { object: { id: 'cus_1', text: 'x'.repeat(17_000_000) } } }, 1000);
    const events = many(3);
    const ingest = ingestInto(db.database);
    const outcomes = await fates(ingest, [...events.slice(0, 2), large, ...events.slice(2)]);
    expect(outcomes).to.deep.equal(['stored', 'stored', 'RowTooLarge', 'stored']);
    expect(groups[0], 'it was in their group').to.equal(4);
    expect(await stored(events)).to.equal(3);
  });

  describe('over a network that is cut', () => {
    let proxy: MongoProxy;
    let cut: Database;
    beforeEach(async () => {
      const { uri, ...settings } = db.database.settings;
      proxy = await startMongoProxy({ port: Number(new URL(uri).port) });
      const { mongodb } = loadConfig({ MONGODB_URI: proxy.uri }, { command: 'dev' });
      const serverSelectionTimeoutMs = 300;
      cut = await connectDatabase({ ...mongodb, ...settings, uri: proxy.uri, serverSelectionTimeoutMs });
    });
    afterEach(async () => {
      await proxy.stop();
      await cut.close();
    });

    const isInsert = ({ name, collection }: { name: string; collection: string | null }) =>
      name === 'insert' && collection === 'guichet_webhook_events';

    for (const [where, kept] of [
      ['before', 0],
      ['after', 40],
    ] as const) {
      it(`acknowledges nothing of a group that was cut ${where} it was stored, and all of it when it comes again`, async () => {
        const events = many(40);
        const held = proxy.hold(where, isInsert);
        const outcomes = fates(ingestInto(cut, { ...GROUPING, atOnce: 1 }), events);
        await held.caught;
        await proxy.stop();
        expect((await outcomes).filter((one) => one === 'stored' || one === 'duplicate')).to.deep.equal([]);
        expect(await stored(events)).to.equal(kept);
        const again = await fates(ingestInto(db.database), events);
        expect(new Set(again)).to.deep.equal(new Set([kept === 0 ? 'stored' : 'duplicate']));
        expect(await stored(events)).to.equal(40);
      });
    }
  });
});
