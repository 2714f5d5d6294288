import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { removeCompiled } from './support/compiled-sources.js';
import { closeTestRedis } from './support/redis.js';
import { runSoak, tellSoak } from './support/soak.js';

/**
 * The long form of the chaos tests; ends with 1 when anything was lost, doubled or wrong.
 * Usage: npm run soak -- [--events 20000] [--seed 20241218] [--kills n] [--step-downs n] [--redis-outages n] [--all]
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '20241218' },
    kills: { type: 'string', default: '12' },
    'step-downs': { type: 'string', default: '5' },
    'redis-outages': { type: 'string', default: '5' },
    /** The long forms of the other chaos tests and of the any-order property too. */
    all: { type: 'boolean', default: false },
  },
});

const OTHERS: [file: string, environment: Record<string, string>][] = [
  ['tests/chaos/requests.test.ts', { CRASH_EVERYWHERE: '1' }],
  ['tests/chaos/sequences.test.ts', { SEQUENCES_RUNS: '500', SEQUENCES_SEED: values.seed }],
  ['tests/webhooks/any-order.test.ts', { HISTORIES_RUNS: '500', HISTORIES_SEED: values.seed }],
];
const SHOWN = 20;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function soak(): Promise<boolean> {
  const report = await runSoak({
    events: whole('events'),
    seed: whole('seed'),
    kills: whole('kills'),
    stepDowns: whole('step-downs'),
    redisOutages: whole('redis-outages'),
    say,
  });
  say(`\nSeed ${values.seed}\n\n${tellSoak(report)}`);
  const { lost, doubled, wrong, brokenAudits } = report;
  const found = Object.entries({ lost, doubled, wrong, brokenAudits }).flatMap(([what, cases]) =>
    cases.slice(0, SHOWN).map((one) => `${what}: ${one}`),
  );
  for (const line of found) say(line);
  return found.length === 0;
}

function whole(name: 'events' | 'kills' | 'redis-outages' | 'seed' | 'step-downs'): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
  return value;
}

async function others(): Promise<boolean> {
  let passed = true;
  for (const [file, environment] of OTHERS) {
    say(`\n${file}, ${JSON.stringify(environment)}`);
    const env = { ...process.env, ...environment };
    const [code] = await once(spawn('npx', ['mocha', file], { stdio: 'inherit', env }), 'exit');
    passed &&= code === 0;
  }
  return passed;
}

// What is running ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const sound = await soak();
  const othersToo = values.all ? await others() : true;
  process.exitCode = sound && othersToo ? 0 : 1;
} finally {
  await Promise.all([closeTestRedis(), removeCompiled()]);
}
