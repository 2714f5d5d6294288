import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * After `npm run build`: packs the package, puts it in an empty JavaScript project as npm would, and uses `guichet`,
 * `guichet/sandbox`, `guichet/testing` and `npx guichet sandbox` there, from JavaScript and from TypeScript.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'guichet-package-'));
const installed = join(project, 'node_modules', 'guichet');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
/** What npm puts beside it, and what a TypeScript project has. */
const OTHERS = [...Object.keys(dependencies), 'typescript', '@types', 'undici-types'];
/** How long the sandbox may take, from the import to the first answer. */
const READY_MS = 1000;

const SCRIPT = `
import { startSandbox } from 'guichet/sandbox';
import { signedEvent, TEST_WEBHOOK_SECRET } from 'guichet/testing';
import Stripe from 'stripe';

const started = performance.now();
const sandbox = await startSandbox();
const stripe = new Stripe(sandbox.secretKey, { host: '127.0.0.1', port: sandbox.port, protocol: 'http' });
const customer = await stripe.customers.create({ name: 'Ada' });
if (customer.name !== 'Ada') throw new Error('no customer');
const page = await fetch(sandbox.url);
if (!page.ok) throw new Error('no page');
const { body, headers } = signedEvent('payment_intent.succeeded', { data: { object: { amount: 500 } } });
const event = stripe.webhooks.constructEvent(body, headers['stripe-signature'], TEST_WEBHOOK_SECRET);
if (event.data.object.amount !== 500) throw new Error('no event');
await sandbox.stop();
console.log(Math.round(performance.now() - started));
`;

/** CommonJS too: `import()` is there in every Node that is supported. */
const EMBED = `
import('guichet')
  .then(({ createGuichet }) => createGuichet({ mongodb: {}, stripe: {}, payments: {} }))
  .then(() => { throw new Error('nothing was missing'); })
  .catch((error) => { console.log(error.problems.map(({ name }) => name).join(' ')); });
`;

const TYPES = `
import { startSandbox, type Sandbox, type SandboxOptions } from 'guichet/sandbox';
import { signedEvent } from 'guichet/testing';
import { createGuichet, type Guichet, type GuichetOptions } from 'guichet';
import type { IncomingMessage } from 'node:http';
const embedded: GuichetOptions = {
  mongodb: { uri: 'mongodb://127.0.0.1' },
  stripe: { secretKey: 'sk_test_1', mode: 'test', webhookSecrets: ['whsec_1'] },
  payments: { returnUrl: 'https://shop.example' },
  authenticate: (req: IncomingMessage & { user?: string }) =>
    req.user === undefined ? null : { userId: req.user, scopes: ['payments:read'] },
  on: { 'order.paid': async ({ order, payment }, { effectKey }) => {
    const facts: [string, number, string | undefined] = [effectKey, order.total, payment?.status];
    void facts;
  } },
};
const start = (): Promise<Guichet> => createGuichet(embedded);
// @ts-expect-error there is no such event
const wrong: GuichetOptions['on'] = { 'order.shipped': () => undefined };
const options: SandboxOptions = { seed: 'types' };
const sandbox: Sandbox = await startSandbox(options);
const intent = sandbox.control.objects('payment_intent')[0];
const status: string | undefined = intent?.status;
const amount: number = signedEvent('payment_intent.succeeded').event.data.object.amount;
// @ts-expect-error there is no such event
signedEvent('payment_intent.unheard_of');
export { amount, start, status, wrong };
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const run = (file: string, ...args: string[]): string =>
  execFileSync(file, args, { cwd: project, encoding: 'utf8' });

function install(): void {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as { filename: string; files: { path: string }[] }[];
  const [{ filename, files } = { filename: '', files: [] }] = packed;
  const stray = files.filter(({ path }) => /\.test\.|test-support|\.map$|^(src|sandbox|tests)\//.test(path));
  if (stray.length > 0) throw new Error(`the package has ${stray.map(({ path }) => path).join(', ')}`);
  mkdirSync(installed, { recursive: true });
  run('tar', '-xzf', filename, '-C', installed, '--strip-components=1');
  for (const name of OTHERS) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
  say(`packed ${files.length} files, none of them a test`);
}

function useExports(): void {
  writeFileSync(join(project, 'use.js'), SCRIPT);
  const ms = Number(run(process.execPath, 'use.js'));
  if (!(ms < READY_MS)) throw new Error(`start, first request and stop took ${ms} ms`);
  say(`guichet/sandbox and guichet/testing work; start, requests and stop took ${ms} ms`);
  for (const file of ['embed.mjs', 'embed.cjs']) {
    writeFileSync(join(project, file), EMBED);
    const missing = run(process.execPath, file);
    if (!missing.includes('mongodb.uri')) throw new Error(`${file}: createGuichet says ${missing}`);
  }
  say('guichet loads from ES modules and from CommonJS, and says which options are missing');
  writeFileSync(join(project, 'use.ts'), TYPES);
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  run(process.execPath, 'node_modules/typescript/bin/tsc', ...flags, 'use.ts');
  say('their types check in strict mode');
}

/** As `npx guichet sandbox` runs it. */
async function useCommand(): Promise<void> {
  const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    bin: { guichet: string };
  };
  const started = Date.now();
  const child = spawn(process.execPath, [join(installed, bin.guichet), 'sandbox', '--port', '0'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /Stripe sandbox\s+(\S+)/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`guichet sandbox ended with ${code}: ${printed}`)));
  });
  const ms = Date.now() - started;
  const answer = await fetch(`${url}/_sandbox`);
  child.removeAllListeners('exit');
  child.kill();
  if (!answer.ok) throw new Error(`the control plane answered ${answer.status}`);
  say(`guichet sandbox was ready after ${ms} ms`);
}

if (!readdirSync(root).includes('dist')) throw new Error('run `npm run build` first');
try {
  install();
  useExports();
  await useCommand();
} finally {
  rmSync(project, { recursive: true, force: true });
}
