import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { inParallel } from '../../src/utils/in-parallel.js';
import { type CommandFault, failCommands, failNoCommands } from '../support/fail-command.js';
import { startTestMongod } from '../support/mongod.js';
import { type Stack, startStack } from '../support/stack.js';
import { exampleEvent, inboxRow } from '../support/webhooks.js';

const EVENTS = 120;
const AT_ONCE = 20;

const FAULTS: Record<string, Omit<CommandFault, 'failCommands'>> = {
  'a connection that closes': { closeConnection: true },
  'a primary that stepped down (10107)': { errorCode: 10107 },
  'a server that runs out of time (50)': { errorCode: 50 },
  'a write that no majority confirmed': { writeConcernError: { code: 64, errmsg: 'waiting timed out' } },
};

describe('the intake tells durable from lost', function () {
  this.timeout(60_000);
  let mongod: RunningMongod;
  let stack: Stack;
  before(async () => {
    mongod = await startTestMongod();
    stack = await startStack({ mongodbUri: mongod.uri, webhooks: 'by-hand', role: 'api' });
  });
  afterEach(() => failNoCommands(stack.mongo));
  after(async () => {
    await stack.stop();
    await mongod.stop();
  });

  const strike = (name: string, mode: Parameters<typeof failCommands>[2]) =>
    failCommands(stack.mongo, { failCommands: ['insert'], ...FAULTS[name] }, mode);

  /** Posts them, and tells which were answered 200, and how many not: any other answer asks Stripe to send again. */
  async function post(events: readonly { id: string }[]) {
    const acknowledged = new Set<string>();
    let refused = 0;
    await inParallel([...events], AT_ONCE, async (event) => {
      const answer = await stack.postEvent(event);
      if (answer.status === 200) acknowledged.add(event.id);
      else {
        refused += 1;
        expect(answer.status).to.equal(503);
        expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
      }
    });
    return { acknowledged, refused };
  }

  /** Read with majority: what a failover would keep. */
  async function stored(events: readonly { id: string }[]): Promise<Set<string>> {
    const ids = events.map((event) => event.id);
    const rows = await stack
      .rows('webhook_events')
      .find({ _id: { $in: ids } }, { readConcern: { level: 'majority' }, projection: { _id: 1 } })
      .toArray();
    return new Set(rows.map((row) => row._id));
  }

  for (const name of Object.keys(FAULTS)) {
    it(`answers 200 to no event that is not stored, through ${name}`, async () => {
      const events = Array.from({ length: EVENTS }, () => exampleEvent());
      // Some are sent twice, as Stripe does: the copies meet each other under the fault.
      const sent = [...events, ...events.slice(0, EVENTS / 4)];
      // At most two groups are under way, and each is tried twice at most: this fails one at least, and three at most.
      await strike(name, { times: 3 });
      const { acknowledged, refused } = await post(sent);
      const rows = await stored(events);
      await failNoCommands(stack.mongo);
      expect([...acknowledged].filter((id) => !rows.has(id))).to.deep.equal([]);
      expect(acknowledged.size, 'the fault spared some').to.be.greaterThan(0);
      expect(refused, 'the fault struck').to.be.greaterThan(0);
      const { acknowledged: again } = await post(events.filter((event) => !acknowledged.has(event.id)));
      expect(acknowledged.size + again.size).to.equal(EVENTS);
      expect((await stored(events)).size).to.equal(EVENTS);
    });

    it(`acknowledges nothing, not even a duplicate, while there is nothing but ${name}`, async () => {
      const known = exampleEvent();
      expect((await stack.postEvent(known)).status).to.equal(200);
      const unknown = exampleEvent();
      await strike(name, 'alwaysOn');
      expect((await stack.postEvent(known)).status).to.equal(503);
      expect((await stack.postEvent(unknown)).status).to.equal(503);
      await failNoCommands(stack.mongo);
      expect((await stack.postEvent(known)).status).to.equal(200);
      expect((await stack.postEvent(unknown)).status).to.equal(200);
      expect(await inboxRow(stack, unknown.id)).to.not.equal(null);
    });
  }
});
