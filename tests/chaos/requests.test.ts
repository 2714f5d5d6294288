import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import type { Role } from '../../src/service.js';
import { inParallel } from '../../src/utils/in-parallel.js';
import { type Asked, askUntilFinal } from '../support/ask-until-final.js';
import { type CrashPoint, crashPoints, keyedCrashPoints } from '../support/crash-points.js';
import { type CrashRequest, type RequestKind, requestKinds } from '../support/crash-requests.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { startTestMongod } from '../support/mongod.js';
import type { ServiceProcess } from '../support/service-process.js';

/** What a killed process left is taken up within this time of the next start. */
const TAKEN_UP_MS = 20_000;

/** Preparing is no part of the test: a machine with two cores must keep up with it. */
const SETUP_CONCURRENCY = 3;

interface Recovery {
  name: string;
  role: Role;
  /** Stripe's events arrive as soon as somebody listens; else when all is settled. */
  webhooks: boolean;
  /** How many callers repeat each request, at the same time. */
  callers: number;
}

const recoveries: readonly Recovery[] = [
  { name: 'its caller alone, without a worker', role: 'api', webhooks: false, callers: 1 },
  { name: 'the worker alone, and the caller when all is over', role: 'worker', webhooks: false, callers: 0 },
  { name: 'two callers and the worker at once', role: 'all', webhooks: false, callers: 2 },
  { name: 'the webhooks, the worker and a caller at once', role: 'all', webhooks: true, callers: 1 },
];

interface Scenario {
  kind: RequestKind;
  point: CrashPoint;
}

const allScenarios: readonly Scenario[] = requestKinds.flatMap((kind) => {
  const points = kind.keyed ? [...crashPoints, ...keyedCrashPoints] : crashPoints;
  return points.map((point) => ({ kind, point }));
});

/** Whoever repeats a create-customer waits for the worker: without one it is not settled. */
const scenariosOf = ({ role }: Recovery) => allScenarios.filter(({ kind }) => role !== 'api' || kind.keyed);

interface Outcome {
  request: CrashRequest;
  asked: Asked<unknown>[];
  /** From the start of the next process to the final answer. */
  answeredAfterMs: number;
}

describe('a process killed between request and response', function () {
  this.timeout(120_000);
  let mongod: RunningMongod;
  const sites: CrashSite[] = [];
  const runs = new Map<Recovery, Promise<Run>>();

  before(async () => {
    mongod = await startTestMongod();
    for (const recovery of recoveries) runs.set(recovery, run(recovery, mongod, sites));
    await Promise.allSettled(runs.values());
  });
  after(async () => {
    await Promise.all(sites.map((site) => site.stop()));
    await mongod.stop();
  });

  for (const recovery of recoveries) {
    describe(`taken up by ${recovery.name}`, () => {
      let done: Run;
      before(async () => {
        done = await (runs.get(recovery) ?? Promise.reject(new Error('it did not run')));
      });

      for (const scenario of scenariosOf(recovery)) {
        it(`${scenario.kind.name}, killed ${scenario.point.name}: done once, answered right`, async () => {
          const { request, asked, answeredAfterMs } = done.outcomeOf(scenario);
          const [first] = asked;
          if (!first) throw new Error('nobody asked');
          for (const { final } of asked) expect(final.text).to.equal(first.final.text);
          await request.check(first.final);
          if (recovery.role !== 'worker') expect(answeredAfterMs).to.be.at.most(TAKEN_UP_MS);
        });
      }

      it('leaves no operation open, and each was settled within 20 s of the next start', async () => {
        const operations = await done.site.all('operations');
        expect(operations.filter((row) => row.open)).to.deep.equal([]);
        const limit = done.restartedAt.getTime() + TAKEN_UP_MS;
        const late = operations.filter((row) => row.createdAt < done.restartedAt && row.settledAt > limit);
        expect(late).to.deep.equal([]);
      });

      it('loses no webhook: what was answered 200 is applied', async () => {
        const delivered = done.site.sandbox.control.deliveries
          .list()
          .filter(({ status }) => status === 'succeeded');
        const events = await done.site.all('webhook_events');
        const applied = new Map(events.map((row) => [row._id, row.status]));
        const wrong = delivered.filter(({ event }) => !/applied|ignored/.test(applied.get(event) ?? ''));
        expect(delivered).to.not.be.empty;
        expect(wrong).to.deep.equal([]);
      });

      it('keeps the audit chains intact and logs no error', async () => {
        expect(await done.site.brokenAudits()).to.deep.equal([]);
        const errors = done.site.processes
          .flatMap(({ logs }) => logs)
          .filter(({ level }) => level === 'error');
        expect(errors).to.deep.equal([]);
      });
    });
  }
});

interface Run {
  site: CrashSite;
  restartedAt: Date;
  outcomeOf(scenario: Scenario): Outcome;
}

/** All requests are stuck in one process, each at its point; it is killed, and each is repeated. */
async function run(recovery: Recovery, mongod: RunningMongod, sites: CrashSite[]): Promise<Run> {
  const site = await startCrashSite({ mongod });
  sites.push(site);
  const scenarios = scenariosOf(recovery);
  const first = await site.start('all');
  const requests: CrashRequest[] = [];
  await inParallel([...scenarios.keys()], SETUP_CONCURRENCY, async (index) => {
    requests[index] = await at(scenarios, index).kind.prepare(site);
  });
  const stuck = scenarios.map((scenario, index) => ({ ...scenario, request: at(requests, index) }));
  await trapAll(site, stuck);
  await first.kill();
  site.proxy.disarm();
  site.sandbox.control.faults.clear();

  const restartedAt = new Date();
  if (recovery.webhooks) await site.deliverWebhooks();
  const second = await site.start(recovery.role);
  if (recovery.role === 'worker') await settledByWorker(site, second);
  const outcomes = await Promise.all(
    stuck.map(async ({ request }): Promise<Outcome> => {
      const callers = Array.from({ length: Math.max(1, recovery.callers) }, () =>
        askUntilFinal(request.ask, 40_000),
      );
      const asked = await Promise.all(callers);
      const answeredAfterMs = Math.max(...asked.map((one) => one.at)) - second.readyAt;
      await request.goOn();
      return { request, asked, answeredAfterMs };
    }),
  );
  if (recovery.role === 'api') {
    await second.terminate();
    await site.start('all');
  }
  await site.deliverWebhooks();
  await allQuiet(site);
  return {
    site,
    restartedAt,
    outcomeOf: (scenario) => at(outcomes, scenarios.indexOf(scenario)),
  };
}

async function trapAll(site: CrashSite, stuck: readonly (Scenario & { request: CrashRequest })[]) {
  const send = (request: CrashRequest) => void request.ask().catch(() => undefined);
  for (const { point, request } of stuck.filter((one) => one.point.at === 'stripe')) {
    const { reached } = point.trap(site, request);
    send(request);
    await reached;
  }
  const traps = stuck
    .filter((one) => one.point.at === 'mongod')
    .map(({ point, request }) => {
      const { reached } = point.trap(site, request);
      send(request);
      return reached;
    });
  await Promise.all(traps);
}

/** The worker has no port: when all is settled an API joins it. */
async function settledByWorker(site: CrashSite, worker: ServiceProcess): Promise<void> {
  await eventually(
    () => site.all('operations', { open: true }),
    (open) => open.length === 0,
    TAKEN_UP_MS + 5000,
  );
  expect(worker.pid).to.be.above(0);
  await site.start('api');
}

async function allQuiet(site: CrashSite): Promise<void> {
  await site.sandbox.idle();
  for (const name of ['webhook_events', 'operations', 'outbox_messages']) {
    await eventually(
      () => site.all(name, { dueAt: { $exists: true } }),
      (due) => due.length === 0,
      20_000,
    );
  }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}
