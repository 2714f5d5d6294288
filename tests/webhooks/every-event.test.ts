import { expect } from 'chai';
import { mirrorId, mirrorKey } from '../../src/repositories/stripe-objects.js';
import { ignoredAs, registeredEvents } from '../../src/services/stripe/families/registry.js';
import { ingestEvent } from '../../src/services/stripe/webhooks/ingest-event.js';
import { systemClock } from '../../src/utils/clock.js';
import { API_VERSION } from '../../src/utils/stripe/api-version.js';
import { eventually } from '../support/eventually.js';
import {
  casesOf,
  changeOf,
  type EventCase,
  pathOf,
  type Sample,
  statesOf,
  TOLD_AT,
  updateBefore,
} from '../support/every-event.js';
import { renderAs } from '../support/render-event.js';
import { type Stack, startStack } from '../support/stack.js';
import { exampleEvent } from '../support/webhooks.js';

/** Later versions of Stripe's API, in whose shapes each event is told too. */
const LATER_VERSIONS = ['2025-03-31.basil', '2025-09-30.clover'];

interface Telling {
  created?: number;
  account?: string;
  version?: string;
}

type ToldEvent = ReturnType<typeof exampleEvent>;
type Story = EventCase & { older: Sample; newer: Sample };

const EARLIER = TOLD_AT - 60;
const LATER = TOLD_AT + 60;
const facts = registeredEvents.filter((type) => ignoredAs(type) === 'fact');
const cases = casesOf(registeredEvents.filter((type) => ignoredAs(type) !== 'fact'));

describe('every event type that is registered', function () {
  this.timeout(120_000);
  let stack: Stack;
  let seller: string;
  let ingest: ReturnType<typeof ingestEvent>;
  const once = { stories: storiesOf('once'), events: [] as ToldEvent[] };
  once.events = once.stories.map((story) => told(story, story.older));

  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
    seller = stack.sandbox.control.accounts.create().id;
    const { repositories } = stack.service.container.dependencies;
    const platform = { stripeAccountId: stack.sandbox.accountId, livemode: false };
    ingest = ingestEvent({ repositories, platform, clock: systemClock, wake: () => {} });
  });
  after(() => stack.stop());
  afterEach('nothing is dead, and nothing but the mirror has moved', async () => {
    const count = (name: string, filter = {}) => stack.rows(name).countDocuments(filter, { hint: '_id_' });
    expect(await count('webhook_events', { status: 'dead' })).to.equal(0);
    expect(await count('outbox_messages')).to.equal(0);
    expect(await count('audit_records', { stream: { $not: /^key_/ } })).to.equal(0);
  });

  function storiesOf(name: string, of: readonly EventCase[] = cases): Story[] {
    return of.map((one) => ({ ...one, ...statesOf(one, name) }));
  }

  function told(
    { type }: { type: string },
    object: object,
    { created = TOLD_AT, account, version = API_VERSION }: Telling = {},
  ): ToldEvent {
    const event = exampleEvent({ type, created, data: { object }, ...(account && { account }) });
    return renderAs(event, version);
  }

  /** In this order. All but the last are stored without HTTP, of which other tests are; that one wakes the worker. */
  async function deliver(events: readonly ToldEvent[]): Promise<void> {
    const last = events.at(-1);
    await Promise.all(events.slice(0, -1).map((event) => store(event)));
    expect((await stack.postEvent(last)).status).to.equal(200);
    await settled();
  }

  function store(event: ToldEvent) {
    const text = JSON.stringify(event);
    const received = { event, text, bytes: text.length };
    return ingest(received);
  }

  /** One look at the index of what is due, where there may be a thousand rows that are not. */
  const settled = () =>
    eventually(
      () =>
        stack.rows('webhook_events').findOne({ dueAt: { $exists: true } }, { hint: { lane: 1, dueAt: 1 } }),
      (row) => row === null,
      // As long as it takes on a machine that does much else.
      100_000,
    );

  function atStripe({ newer, deletes }: Story, of?: { account: string }): void {
    stack.sandbox.control.seeded.put(pathOf(newer), newer, of);
    if (deletes) stack.sandbox.control.seeded.remove(pathOf(newer), of);
  }

  async function mirrorOf(stories: readonly Story[], account = stack.sandbox.accountId) {
    const scope = { stripeAccountId: account, livemode: false };
    const idOf = ({ older }: Story) => mirrorId(scope, mirrorKey(older));
    const ids = stories.map(idOf);
    const rows = await stack
      .rows('stripe_objects')
      .find({ _id: { $in: ids } })
      .toArray();
    const byId = new Map(rows.map((row) => [row._id, row]));
    return stories.map((story) => ({ story, row: byId.get(idOf(story)) ?? null }));
  }

  /** What the mirror shows of the fields that change, or that the object is deleted. */
  async function expectMirrored(
    stories: readonly Story[],
    state: 'newer' | 'older',
    account?: string,
  ): Promise<void> {
    const wrong = (await mirrorOf(stories, account)).flatMap(({ story, row }) => {
      const fields = Object.keys(changeOf(story.kind));
      const shown = (data: Record<string, unknown>) => JSON.stringify(fields.map((field) => data[field]));
      const right = story.deletes
        ? row?.deleted === true
        : row?.deleted === false && shown(row?.data) === shown(story[state]);
      return right ? [] : [`${story.name}: ${JSON.stringify(row)}`];
    });
    expect(wrong).to.deep.equal([]);
  }

  const decisionsOf = async (events: readonly ToldEvent[]) =>
    (
      await stack
        .rows('webhook_events')
        .find({ _id: { $in: events.map(({ id }) => id) } })
        .toArray()
    ).map(({ decision }) => decision as string);

  it('once is mirrored, twice is the same as once, and late changes nothing', async () => {
    await deliver(once.events);
    await expectMirrored(once.stories, 'older');
    expect(new Set(await decisionsOf(once.events))).to.deep.equal(new Set(['apply']));
    const late = once.stories.map((story) => told(story, story.newer, { created: EARLIER }));
    await deliver([...once.events, ...late]);
    await expectMirrored(once.stories, 'older');
    expect(new Set(await decisionsOf(late))).to.deep.equal(new Set(['stale', 'same']));
    const alive = (await mirrorOf(once.stories)).filter(({ story }) => !story.deletes);
    expect(new Set(alive.map(({ row }) => row?.version)), 'each was written once').to.deep.equal(
      new Set([1]),
    );
  });

  for (const version of LATER_VERSIONS)
    it(`as ${version} tells it is mirrored as our own version tells it`, async () => {
      const { id: account } = stack.sandbox.control.accounts.create();
      for (const { older, deletes } of once.stories) {
        if (!deletes) stack.sandbox.control.seeded.put(pathOf(older), older, { account });
      }
      await deliver(once.stories.map((story) => told(story, story.older, { account, version })));
      const ours = await mirrorOf(once.stories);
      const theirs = await mirrorOf(once.stories, account);
      const wrong = ours.flatMap(({ story, row }, index) => {
        const other = theirs[index]?.row;
        if (other?.deleted !== story.deletes) return [story.name];
        const differing = story.deletes ? [] : differences(row?.data, other.data);
        return differing.map((path) => `${story.name} ${path}`);
      });
      expect(wrong).to.deep.equal([]);
    });

  it('played again is read, and ends in what Stripe says now', async () => {
    const { stories, events } = once;
    for (const story of stories) atStripe(story);
    const ids = { $in: events.map(({ id }) => id) };
    await stack
      .rows('webhook_events')
      .updateMany({ _id: ids }, { $set: { status: 'pending', origin: 'replay', dueAt: new Date() } });
    await settled();
    await expectMirrored(stories, 'newer');
    const decisions = new Set(await decisionsOf(events));
    expect(decisions).to.deep.equal(new Set(['fetched_apply', 'fetched_same']));
  });

  it('out of order ends in the newer state', async () => {
    const stories = storiesOf('out of order');
    await deliver(
      stories.flatMap((story) => [told(story, story.newer, { created: LATER }), told(story, story.older)]),
    );
    await expectMirrored(stories, 'newer');
  });

  it('O3 W20 in the same second, in whichever order, ends in what Stripe says in that account', async () => {
    const stories = storiesOf('same second');
    const there = { account: seller };
    for (const story of stories) atStripe(story, there);
    await deliver(
      stories.flatMap((story, index) => {
        const pair = [told(story, story.older, there), told(story, story.newer, there)];
        return index % 2 === 0 ? pair : pair.reverse();
      }),
    );
    await expectMirrored(stories, 'newer', seller);
    const ours = (await mirrorOf(stories)).filter(({ row }) => row !== null);
    expect(ours, 'the same id in our own account is another object').to.deep.equal([]);
  });

  it('of a plan and of its price, which have one id, is two rows and two reads', async () => {
    const pair = cases.filter(({ type }) => type === 'plan.updated' || type === 'price.updated');
    const stories = storiesOf('one id', pair).map(({ older, newer, ...story }) => ({
      ...story,
      older: { ...older, id: 'price_one' },
      newer: { ...newer, id: 'price_one' },
    }));
    for (const story of stories) atStripe(story);
    const events = stories.map((story) => told(story, story.older));
    await deliver(events);
    const together = { status: 'pending', origin: 'replay', lane: 'fetch', dueAt: new Date() };
    const ids = { $in: events.map(({ id }) => id) };
    await stack.rows('webhook_events').updateMany({ _id: ids }, { $set: together });
    await settled();
    await expectMirrored(stories, 'newer');
  });

  it('O8 of a deletion stands against what comes late, and a fetch that finds nothing confirms it', async () => {
    const stories = storiesOf('deleted').filter(({ deletes }) => deletes);
    for (const story of stories) atStripe(story);
    const updates = stories.map((story) => ({ type: updateBefore(story.type) }));
    await deliver(stories.map((story, index) => told(updates[index] ?? story, story.older)));
    // Half of them so near to what is held that only Stripe can tell.
    await deliver(
      stories.map((story, index) =>
        told(story, story.newer, { created: index % 2 === 0 ? LATER : TOLD_AT + 1 }),
      ),
    );
    const late = stories.map((story, index) =>
      told(updates[index] ?? story, story.older, { created: TOLD_AT + 30 }),
    );
    await deliver(late);
    const states = (await mirrorOf(stories)).map(({ row }) => row?.deleted);
    expect(states).to.deep.equal(stories.map(() => true));
  });

  it('which is a fact is kept as it came, and mirrors nothing, played again too', async () => {
    const before = await stack.rows('stripe_objects').countDocuments({}, { hint: '_id_' });
    const events = casesOf(facts).map((of) => told(of, statesOf(of, 'fact').older));
    const nameless = facts.map((type) => told({ type }, { object: type.split('.')[0] }));
    await deliver([...events, ...nameless]);
    const ids = { _id: { $in: [...events, ...nameless].map(({ id }) => id) } };
    const rows = await stack.rows('webhook_events').find(ids).toArray();
    expect(rows).to.have.length(events.length + nameless.length);
    for (const row of rows) expect(row).to.include({ status: 'ignored', reason: 'fact' });
    const again = { status: 'pending', origin: 'replay', dueAt: new Date() };
    await stack.rows('webhook_events').updateMany(ids, { $set: again });
    await settled();
    expect(await stack.rows('stripe_objects').countDocuments({}, { hint: '_id_' })).to.equal(before);
  });
});

/** Paths of what both tell and tell otherwise: a version may have fewer fields, or more. */
function differences(one: unknown, other: unknown, path = ''): string[] {
  // A later version has the id alone of what ours shows whole.
  if (isObject(one) && typeof other === 'string') return one.id === other ? [] : [path];
  if (!isObject(one) || !isObject(other)) return one === other ? [] : [path];
  return Object.keys(one)
    .filter((key) => key in other)
    .flatMap((key) => differences(one[key], other[key], `${path}.${key}`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
