import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { inParallel } from '../../src/utils/in-parallel.js';
import { type Asked, askUntilFinal } from '../support/ask-until-final.js';
import { type CrashPoint, crashPoints, keyedCrashPoints } from '../support/crash-points.js';
import { type CrashRequest, type RequestKind, requestKinds } from '../support/crash-requests.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { startTestMongod } from '../support/mongod.js';

/** What a killed process left is taken up within this time of the next start. */
const TAKEN_UP_MS = 20_000;
/** Preparing is no part of the test: a machine with two cores must keep up with it. */
const SETUP_CONCURRENCY = 4;

interface Scenario {
  kind: RequestKind;
  point: CrashPoint;
}

interface Stuck extends Scenario {
  request: CrashRequest;
}

interface Outcome {
  asked: Asked<unknown>[];
  /** What the caller could not do next. */
  stuck: unknown;
}

const everywhere: readonly Scenario[] = requestKinds.flatMap((kind) => {
  const points = kind.keyed ? [...crashPoints, ...keyedCrashPoints] : crashPoints;
  return points.map((point) => ({ kind, point }));
});
const whereOperationsStayOpen = everywhere.filter(({ point }) => point.leavesOpen);
/** Whoever repeats a create-customer waits for the worker. */
const withoutWorker = whereOperationsStayOpen.filter(({ kind }) => kind.keyed);

describe('a process killed between request and response', function () {
  this.timeout(120_000);
  let mongod: RunningMongod;
  let site: CrashSite;
  const outcomes = new Map<CrashRequest, Outcome>();
  before(async () => {
    mongod = await startTestMongod();
  });
  after(() => mongod.stop());

  async function killAll(scenarios: readonly Scenario[]): Promise<Stuck[]> {
    site = await startCrashSite({ mongod });
    const first = await site.start('all');
    const stuck = await prepare(site, scenarios);
    await trapAll(site, stuck);
    await first.kill();
    site.proxy.disarm();
    site.sandbox.control.faults.clear();
    return stuck;
  }

  /** Repeats what was killed, goes on from there, and lets every event arrive. */
  async function repeat(stuck: readonly Stuck[], { callers }: { callers: number }): Promise<void> {
    await Promise.all(
      stuck.map(async ({ request }) => {
        const asking = Array.from({ length: callers }, () => askUntilFinal(request.ask, 40_000));
        const asked = await Promise.all(asking);
        const next = await request.goOn().then(
          () => null,
          (error: unknown) => error,
        );
        outcomes.set(request, { asked, stuck: next });
      }),
    );
  }

  function itWasDoneOnce(scenarios: readonly Scenario[], prepared: () => readonly Stuck[]): void {
    for (const [index, { kind, point }] of scenarios.entries()) {
      it(`${kind.name}, killed ${point.name}: done once, answered right`, async () => {
        const { request } = at(prepared(), index);
        const outcome = outcomes.get(request);
        const [first, ...others] = outcome?.asked ?? [];
        if (!outcome || !first) throw new Error('it was not asked again');
        for (const other of others) expect(other.final.text).to.equal(first.final.text);
        expect(outcome.stuck).to.equal(null);
        await request.check(first.final);
        if (outcome.asked.some(({ at: time }) => time - since > TAKEN_UP_MS))
          throw new Error('it took too long');
      });
    }
  }

  let since = 0;
  let restartedAt = new Date();

  function itLeavesNothing(): void {
    it('leaves no operation open, and settles each within 20 s of the next start', async () => {
      const operations = await site.all('operations');
      expect(operations.filter((row) => row.open)).to.deep.equal([]);
      const limit = new Date(restartedAt.getTime() + TAKEN_UP_MS);
      const late = operations.filter((row) => row.createdAt < restartedAt && row.settledAt > limit);
      expect(late).to.deep.equal([]);
    });

    it('loses no webhook: each that was answered 200 is applied', async () => {
      const delivered = site.sandbox.control.deliveries.list().filter(({ status }) => status === 'succeeded');
      const rows = await site.all('webhook_events');
      const statuses = new Map(rows.map((row) => [row._id, row.status]));
      expect(delivered).to.not.be.empty;
      expect(delivered.filter(({ event }) => !/applied|ignored/.test(statuses.get(event) ?? 'lost'))).to.be
        .empty;
    });

    it('keeps the audit chains intact, and logs no error', async () => {
      expect(await site.brokenAudits()).to.deep.equal([]);
      const lines = site.processes.flatMap(({ logs }) => logs);
      expect(lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
    });
  }

  async function restart(...[role]: Parameters<CrashSite['start']>): Promise<void> {
    const { readyAt } = await site.start(role);
    since = readyAt;
    restartedAt = new Date();
  }

  describe('and taken up by webhooks, worker and caller at once', () => {
    let stuck: Stuck[];
    before(async () => {
      stuck = await killAll(everywhere);
      await site.deliverWebhooks();
      await restart('all');
      await repeat(stuck, { callers: 1 });
      await allQuiet(site);
    });
    after(() => site.stop());
    itWasDoneOnce(everywhere, () => stuck);
    itLeavesNothing();
  });

  describe('and taken up by the worker and two callers at once', () => {
    let stuck: Stuck[];
    before(async () => {
      stuck = await killAll(whereOperationsStayOpen);
      await restart('all');
      await repeat(stuck, { callers: 2 });
      await site.deliverWebhooks();
      await allQuiet(site);
    });
    after(() => site.stop());
    itWasDoneOnce(whereOperationsStayOpen, () => stuck);
    itLeavesNothing();
  });

  describe('and taken up by the callers alone, while no worker runs', () => {
    let stuck: Stuck[];
    before(async () => {
      stuck = await killAll(withoutWorker);
      await restart('api');
      await repeat(stuck, { callers: 1 });
      await site.start('worker');
      await site.deliverWebhooks();
      await allQuiet(site);
    });
    after(() => site.stop());
    itWasDoneOnce(withoutWorker, () => stuck);
    itLeavesNothing();
  });

  describe('and taken up by the worker alone, before anybody asks again', () => {
    let stuck: Stuck[];
    before(async () => {
      stuck = await killAll(whereOperationsStayOpen);
      await restart('worker');
      await eventually(
        () => site.all('operations', { open: true }),
        (open) => open.length === 0,
        40_000,
      );
      since = (await site.start('api')).readyAt;
      await repeat(stuck, { callers: 1 });
      await site.deliverWebhooks();
      await allQuiet(site);
    });
    after(() => site.stop());
    itWasDoneOnce(whereOperationsStayOpen, () => stuck);
    itLeavesNothing();
  });
});

async function prepare(site: CrashSite, scenarios: readonly Scenario[]): Promise<Stuck[]> {
  const stuck: Stuck[] = [];
  await inParallel([...scenarios.entries()], SETUP_CONCURRENCY, async ([index, scenario]) => {
    stuck[index] = { ...scenario, request: await scenario.kind.prepare(site) };
  });
  return stuck;
}

/** Sends every request into its trap, and waits until all are in. */
async function trapAll(site: CrashSite, stuck: readonly Stuck[]): Promise<void> {
  const send = ({ point, request }: Stuck): Promise<void> => {
    const { reached } = point.trap(site, request);
    request.ask().catch(() => undefined);
    return reached;
  };
  for (const one of stuck.filter(({ point }) => point.at === 'stripe')) await send(one);
  await Promise.all(stuck.filter(({ point }) => point.at === 'mongod').map(send));
}

async function allQuiet(site: CrashSite): Promise<void> {
  await site.sandbox.idle();
  for (const name of ['webhook_events', 'operations', 'outbox_messages']) {
    await eventually(
      () => site.all(name, { dueAt: { $exists: true } }),
      (due) => due.length === 0,
      30_000,
    );
  }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`There is nothing at ${index}`);
  return item;
}
