import { expect } from 'chai';
import { openEmptyDatabase, type TestDatabase } from '../../tests/support/database.js';
import { eventually } from '../../tests/support/eventually.js';
import { type Lane, type LaneLeases, startLaneLeases } from './lane-leases.js';

const ALL = 65;
const silent = { warn: () => undefined };

interface TestWorker extends LaneLeases {
  /** Stops at the database and says nothing more, as a process that was killed, or paused. */
  freeze(): void;
  thaw(): void;
}

describe('lane leases', function () {
  this.timeout(60_000);
  let opened: TestDatabase;
  const workers: TestWorker[] = [];

  beforeEach(async () => {
    opened = await openEmptyDatabase('lane leases');
  });
  afterEach(async () => {
    for (const worker of workers) worker.thaw();
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await opened.close();
  });

  function startWorker(): TestWorker {
    const { locks } = opened.repositories;
    let gate = Promise.resolve();
    let open: () => void = () => undefined;
    const gated = {
      ...locks,
      async countHeld(prefix: string) {
        await gate;
        return locks.countHeld(prefix);
      },
    };
    const leases = startLaneLeases({ locks: gated }, silent);
    const worker = {
      ...leases,
      freeze() {
        gate = new Promise((resolve) => {
          open = resolve;
        });
      },
      thaw: () => open(),
    };
    workers.push(worker);
    return worker;
  }

  const holds = (worker: TestWorker, atLeast: number, withinMs?: number) =>
    eventually(
      () => worker.held().length,
      (count) => count >= atLeast,
      withinMs,
    );

  /** Both hold about half, and no lane is in two hands. */
  const share = (one: TestWorker, other: TestWorker) =>
    eventually(
      () => ({ one: one.held(), other: other.held() }),
      (lanes) => {
        const half = lanes.one.length <= Math.ceil(ALL / 2) && lanes.other.length <= Math.ceil(ALL / 2);
        return half && lanes.one.length + lanes.other.length === ALL && distinct(lanes.one, lanes.other);
      },
    );

  it('one worker takes all lanes', async () => {
    const only = startWorker();
    await holds(only, ALL);
    expect(new Set(only.held()).size).to.equal(ALL);
    expect(only.held()).to.include('fetch');
    expect(only.held().filter((lane) => only.takeOrphaned(lane))).to.deep.equal([]);
  });

  it('two workers share the lanes, and one that stops hands its own over at once', async () => {
    const first = startWorker();
    await holds(first, ALL);
    const second = startWorker();
    await share(first, second);
    await first.stop();
    expect(first.held()).to.deep.equal([]);
    await holds(second, ALL, 5000);
    expect(second.held().filter((lane) => second.takeOrphaned(lane))).to.deep.equal([]);
  });

  it('the lanes of a worker that dies follow within 20 s, to be taken carefully once', async () => {
    const dying = startWorker();
    await holds(dying, ALL);
    const heir = startWorker();
    await share(dying, heir);
    const left = dying.held();
    dying.freeze();
    await holds(heir, ALL, 20_000);
    const careful = heir.held().filter((lane) => heir.takeOrphaned(lane));
    expect(careful).to.have.members(left);
    expect(heir.held().filter((lane) => heir.takeOrphaned(lane))).to.deep.equal([]);

    // It was not dead but paused: it learns what it lost, and gets its share again.
    dying.thaw();
    await share(dying, heir);
  });
});

function distinct(one: Lane[], other: Lane[]): boolean {
  const held = new Set(one);
  return other.every((lane) => !held.has(lane));
}
