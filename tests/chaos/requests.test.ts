import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import type { Role } from '../../src/service.js';
import { inParallel } from '../../src/utils/in-parallel.js';
import { type Asked, askUntilFinal } from '../support/ask-until-final.js';
import { type CrashPoint, crashPoints, keyedCrashPoints } from '../support/crash-points.js';
import type { CrashRequest, RequestKind } from '../support/crash-purchases.js';
import { requestKinds } from '../support/crash-requests.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { stepKinds } from '../support/crash-steps.js';
import { eventually } from '../support/eventually.js';
import { startTestMongod } from '../support/mongod.js';

/** What a killed process left is taken up within this time of the next start. */
const TAKEN_UP_MS = 20_000;
/** Preparing is no part of the test: a machine with two cores must keep up with it. */
const SETUP_CONCURRENCY = 4;
/** Mostly they wait for leases to end; more at once would be slow for want of processors. */
const RUNS_AT_ONCE = 2;

interface Scenario {
  kind: RequestKind;
  point: CrashPoint;
}

interface Stuck extends Scenario {
  request: CrashRequest;
}

interface Outcome {
  asked: Asked<unknown>[];
  /** Why the caller could not go on from there. */
  stuck: unknown;
}

const allPoints: readonly CrashPoint[] = [...crashPoints, ...keyedCrashPoints];
const everywhere: readonly Scenario[] = requestKinds.flatMap((kind) => {
  const points = kind.keyed ? allPoints : crashPoints;
  return points.map((point) => ({ kind, point }));
});
const whereOperationsStayOpen = everywhere.filter(({ point }) => point.leavesOpen);

interface Recovery {
  name: string;
  scenarios: readonly Scenario[];
  /** From the kill until every request has its answer. */
  recover(run: Run): Promise<void>;
}

const allRecoveries: readonly Recovery[] = [
  {
    name: 'webhooks, worker and caller at once',
    scenarios: everywhere,
    async recover(run) {
      await run.site.deliverWebhooks();
      await run.restart('all');
      await run.repeat({ callers: 1 });
    },
  },
  {
    name: 'the callers alone, while no worker runs',
    // Whoever repeats a create-customer waits for the worker.
    scenarios: whereOperationsStayOpen.filter(({ kind }) => kind.keyed),
    async recover(run) {
      await run.restart('api');
      await run.repeat({ callers: 1 });
      await run.site.start('worker');
    },
  },
  {
    name: 'the worker and two callers at once',
    scenarios: whereOperationsStayOpen,
    async recover(run) {
      await run.restart('all');
      await run.repeat({ callers: 2 });
    },
  },
  {
    name: 'the worker alone, before anybody asks again',
    scenarios: whereOperationsStayOpen,
    async recover(run) {
      await run.restart('worker');
      await eventually(
        () => run.site.all('operations', { open: true }),
        (open) => open.length === 0,
        40_000,
      );
      run.since = (await run.site.start('api')).readyAt;
      await run.repeat({ callers: 1 });
    },
  },
];

/**
 * All points of the requests that begin, pay and refund are met under the first recovery, and half of them, in turns, under
 * each other one; each point is met by one of the steps that follow a payment (capture, cancel), under one of the recoveries.
 * In the soak (`CRASH_EVERYWHERE=1`) everything is met under each.
 */
const recoveries = allRecoveries.map((recovery, turn): Recovery => {
  if (process.env.CRASH_EVERYWHERE) return recovery;
  const scenarios = recovery.scenarios.filter(({ kind, point }) => {
    const step = stepKinds.indexOf(kind);
    const index = allPoints.indexOf(point);
    if (step === -1) return turn === 0 || (index + requestKinds.indexOf(kind) + turn) % 2 === 0;
    return (
      index % stepKinds.length === step && turn === (point.leavesOpen ? index % allRecoveries.length : 0)
    );
  });
  return { ...recovery, scenarios };
});

/** Many requests stuck in one process, each at its point; the process is killed, and each request is repeated. */
class Run {
  readonly outcomes = new Map<CrashRequest, Outcome>();
  stuck: readonly Stuck[] = [];
  /** `performance.now()` and the time at the next start. */
  since = 0;
  restartedAt = new Date();
  private constructor(readonly site: CrashSite) {}

  static async start(mongod: RunningMongod, { scenarios, recover }: Recovery): Promise<Run> {
    const run = new Run(await startCrashSite({ mongod }));
    const { site } = run;
    const first = await site.start('all');
    run.stuck = await prepare(site, scenarios);
    await trapAll(site, run.stuck);
    await first.kill();
    site.proxy.disarm();
    site.sandbox.control.faults.clear();
    await recover(run);
    await site.deliverWebhooks();
    await allQuiet(site);
    return run;
  }

  async restart(role: Role): Promise<void> {
    this.since = (await this.site.start(role)).readyAt;
    this.restartedAt = new Date();
  }

  async repeat({ callers }: { callers: number }): Promise<void> {
    await Promise.all(
      this.stuck.map(async ({ request }) => {
        const asking = Array.from({ length: callers }, () => askUntilFinal(request.ask, 40_000));
        const asked = await Promise.all(asking);
        const stuck = await request.goOn().then(
          () => null,
          (error: unknown) => error,
        );
        this.outcomes.set(request, { asked, stuck });
      }),
    );
  }
}

describe('a process killed between request and response', function () {
  this.timeout(180_000);
  let mongod: RunningMongod;
  const runs = new Map<Recovery, Promise<Run>>();
  before(async () => {
    mongod = await startTestMongod();
    await inParallel([...recoveries], RUNS_AT_ONCE, async (recovery) => {
      const run = Run.start(mongod, recovery);
      runs.set(recovery, run);
      await run.catch(() => undefined);
    });
  });
  after(async () => {
    const started = await Promise.allSettled(runs.values());
    for (const run of started) if (run.status === 'fulfilled') await run.value.site.stop();
    await mongod.stop();
  });

  for (const recovery of recoveries) {
    describe(`and taken up by ${recovery.name}`, () => {
      let run: Run;
      before(async () => {
        run = await (runs.get(recovery) ?? Promise.reject(new Error('It did not run')));
      });

      for (const [index, { kind, point }] of recovery.scenarios.entries()) {
        it(`${kind.name}, killed ${point.name}: done once, answered right`, async () => {
          const { request } = at(run.stuck, index);
          const outcome = run.outcomes.get(request);
          const [first, ...others] = outcome?.asked ?? [];
          if (!outcome || !first) throw new Error('It was not asked again');
          for (const other of others) expect(other.final.text).to.equal(first.final.text);
          expect(outcome.stuck).to.equal(null);
          await request.check(first.final);
          const answeredAt = Math.max(...outcome.asked.map((one) => one.at));
          expect(answeredAt - run.since, 'ms from the next start to the answer').to.be.at.most(TAKEN_UP_MS);
        });
      }

      it('leaves no operation open, and settles each within 20 s of the next start', async () => {
        const operations = await run.site.all('operations');
        expect(operations.filter((row) => row.open)).to.deep.equal([]);
        const limit = new Date(run.restartedAt.getTime() + TAKEN_UP_MS);
        const late = operations.filter((row) => row.createdAt < run.restartedAt && row.settledAt > limit);
        expect(late).to.deep.equal([]);
      });

      it('loses no webhook: each that was answered 200 is applied', async () => {
        const { deliveries } = run.site.sandbox.control;
        const delivered = deliveries.list().filter(({ status }) => status === 'succeeded');
        const rows = await run.site.all('webhook_events');
        const statuses = new Map(rows.map((row) => [row._id, row.status]));
        const lost = delivered.filter(({ event }) => !/applied|ignored/.test(statuses.get(event) ?? ''));
        expect(delivered).to.not.be.empty;
        expect(lost).to.deep.equal([]);
      });

      it('keeps the audit chains intact, and logs no error', async () => {
        expect(await run.site.brokenAudits()).to.deep.equal([]);
        const lines = run.site.processes.flatMap(({ logs }) => logs);
        expect(lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
      });
    });
  }
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
