#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { config as readDotenv } from 'dotenv';
import type { EventOptions, ReplayOptions } from '../src/cli/events.js';
import { DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS } from '../src/domain/api-keys.js';
import { scopes as allScopes, type Scope } from '../src/domain/rows/api-key.js';
import type { Role } from '../src/service.js';
import type { SandboxFlags } from './sandbox.js';
import type { SendFlags } from './send-webhook.js';

// Each command loads its own code, so that the sandbox does not wait for a database driver.

readDotenv({ quiet: true });

const print = (...lines: string[]): void => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};

const program = new Command('guichet')
  .description('A payments service on Express, MongoDB and Stripe')
  .showHelpAfterError();

program
  .command('dev')
  .description(
    'API and worker, with MongoDB, a local Stripe and a mail folder for whatever is not configured',
  )
  .option('--listen', 'fetch the events of STRIPE_SECRET_KEY every two seconds: needs no webhook', false)
  .action(async ({ listen }: { listen: boolean }) =>
    (await import('./dev.js')).dev(process.env, { print, listen }),
  );

program
  .command('serve')
  .description('API and worker; everything must be configured')
  .addOption(new Option('--role <role>', 'what to run').choices(['api', 'worker', 'all']).default('all'))
  .action(async ({ role }: { role: Role }) => serve(role));

program
  .command('worker')
  .description('the worker alone (serve --role worker)')
  .action(() => serve('worker'));

const migrations = program.command('migrate').description('changes of the database');
migrations
  .command('up')
  .description('run what is pending')
  .action(async () => print(...(await migrate('up'))));
migrations
  .command('status')
  .description('what ran and what is pending')
  .action(async () => print(...(await migrate('status'))));
migrations
  .command('create <name>')
  .description('a new migration file')
  .action(async (name: string) => print(...(await migrate('create', name))));

const keys = program.command('keys').description('API keys');
keys
  .command('create')
  .description('make a key and show it, once')
  .requiredOption('--name <name>', 'who uses it')
  .addOption(new Option('--mode <mode>', 'test or live').choices(['test', 'live']).default('test'))
  .addOption(
    new Option('--scopes <scopes...>', 'what it may do').choices([...allScopes]).default([...allScopes]),
  )
  .action(async (options: { name: string; mode: 'test' | 'live'; scopes: Scope[] }) => {
    print(await (await import('../src/cli/keys.js')).createKey(process.env, options));
  });
keys
  .command('list')
  .description('every key with its prefix, state, scopes and last use')
  .action(async () => print(...(await (await import('../src/cli/keys.js')).listKeys(process.env))));
keys
  .command('roll <id>')
  .description('make a successor and show it, once; the old key stays good for a while')
  .addOption(
    new Option('--expires-in <seconds>', 'how long the old key stays good')
      .default(DEFAULT_OVERLAP_SECONDS)
      .argParser(overlapSeconds),
  )
  .action(async (id: string, { expiresIn }: { expiresIn: number }) => {
    const { rollKey } = await import('../src/cli/keys.js');
    print(await rollKey(process.env, { id, expiresInSeconds: expiresIn }));
  });
keys
  .command('revoke <id>')
  .description('end a key, at once and for good')
  .action(async (id: string) => print(await (await import('../src/cli/keys.js')).revokeKey(process.env, id)));

program
  .command('audit')
  .description('the audit trail')
  .command('verify <id>')
  .description('check the chain of one order, payment, refund or customer')
  .action(async (id: string) => {
    const { verifyAudit } = await import('../src/cli/verify-audit.js');
    const { intact, line } = await verifyAudit(process.env, id);
    print(line);
    if (!intact) process.exitCode = 1;
  });

program
  .command('explain <id>')
  .description('what happened to a payment, order, refund, operation, or object or event at Stripe, and why')
  .action(async (id: string) =>
    print(...(await (await import('../src/cli/explain.js')).explain(process.env, id))),
  );

const events = program.command('events').description('the stored webhook events');
addEventFilter(events.command('list'))
  .description('the newest first, without bodies')
  .addOption(
    new Option('--status <status>', 'what became of them').choices(['pending', 'applied', 'ignored', 'dead']),
  )
  .option('--limit <count>', 'at most so many', countOf, 50)
  .action(async (options: EventOptions) =>
    print(...(await (await import('../src/cli/events.js')).listEvents(process.env, options))),
  );
events
  .command('show <id>')
  .description('one event, with its body and what was decided')
  .action(async (id: string) =>
    print(...(await (await import('../src/cli/events.js')).showEvent(process.env, id))),
  );
addEventFilter(events.command('replay [ids...]'))
  .description('try stored events again: dead letters, and with --include-applied or by id others too')
  .option('--include-applied', 'also what was applied', false)
  .option('--dry-run', 'tell what would change, and write nothing', false)
  .option('--reason <text>', 'why, for the audit trail')
  .option('--limit <count>', 'at most so many, the oldest first', countOf, 50)
  .action(async (ids: string[], options: ReplayOptions) =>
    print(...(await (await import('../src/cli/events.js')).replayEvents(process.env, ids, options))),
  );
events
  .command('rehearse')
  .description('read stored events as if their endpoint had another API version; writes nothing')
  .requiredOption('--api-version <version>', 'as Stripe names it, such as 2025-09-30.clover')
  .addOption(new Option('--limit <number>', 'the newest so many').default(1000).argParser(countOf))
  .option('--json', 'one JSON document', false)
  .action(async (options: { apiVersion: string; limit: number; json: boolean }) => {
    const { rehearseEvents } = await import('../src/cli/rehearse-events.js');
    const { apiVersion: version, limit, json } = options;
    const { same, rehearsal, lines } = await rehearseEvents(process.env, { version, limit });
    print(...(json ? [JSON.stringify(rehearsal)] : lines));
    if (!same) process.exitCode = 1;
  });

program
  .command('doctor')
  .description('check settings, MongoDB, Redis, Stripe and mail; each finding with its fix')
  .option('--json', 'one JSON document', false)
  .action(async ({ json }: { json: boolean }) => {
    const { diagnose, linesOf } = await import('../src/cli/doctor.js');
    const diagnosis = await diagnose(process.env);
    print(...(json ? [JSON.stringify(diagnosis)] : linesOf(diagnosis)));
    if (!diagnosis.ok) process.exitCode = 1;
  });

program
  .command('listen')
  .description('fetch the events of a test account every two seconds, for an instance on the same database')
  .action(async () => (await import('../src/cli/listen.js')).listen(process.env, print));

const webhooks = program.command('webhooks').description('webhooks at Stripe and here');
webhooks
  .command('sync')
  .description('make the endpoint at Stripe, or give it the events that this version reads')
  .option('--url <url>', 'where Stripe posts events; default: below PUBLIC_URL')
  .option('--connect', 'the events of connected accounts', false)
  .option('--finish', 'disable old endpoints with this address, once the new secret is deployed', false)
  .option('--json', 'one JSON document', false)
  .action(async ({ json, ...flags }: { json: boolean; url?: string; connect: boolean; finish: boolean }) => {
    const { syncLines, syncWebhooks } = await import('../src/cli/sync-webhooks.js');
    const outcome = await syncWebhooks(process.env, flags);
    print(...(json ? [JSON.stringify(outcome)] : syncLines(outcome)));
  });

webhooks
  .command('send <type>')
  .description('post a signed, made-up event of this type to an instance')
  .option('--data <file>', "a JSON file with fields of the event's object")
  .option('--url <url>', 'where to; default: the instance that runs here')
  .option('--connect', 'as an event of a connected account', false)
  .addOption(new Option('--count <n>', 'so many').default(1).argParser(countOf))
  .action(async (type: string, flags: SendFlags) => {
    const { sendWebhook } = await import('./send-webhook.js');
    const sent = await sendWebhook(process.env, type, flags);
    print(...sent.map(({ id, objectId, status, answer }) => `${status}  ${id}  ${objectId}  ${answer}`));
    if (sent.some(({ status }) => status >= 300)) process.exitCode = 1;
  });

program
  .command('sandbox')
  .description('the local Stripe alone')
  .option('--port <port>', 'the port to listen to', '12111')
  .option('--host <host>', 'the address to listen on', '127.0.0.1')
  .option('--data <file>', 'keep its state in this file')
  .option('--seed <text>', 'ids, account and keys that repeat')
  .option('--at <time>', 'freeze its clock at this time; only the control plane moves it')
  .option('--webhook <url>', 'where its webhooks go')
  .option('--allow-host <host...>', 'names under which its page and control plane may be called')
  .action(async (flags: SandboxFlags) => (await import('./sandbox.js')).sandbox(flags, print));

program
  .command('demo')
  .description('the story of one purchase, told against the running instance')
  .action(async () =>
    (await import('./demo/demo.js')).demo(
      { home: process.env.GUICHET_HOME ?? '.guichet', env: process.env },
      print,
    ),
  );

function addEventFilter(command: Command): Command {
  return command
    .option('--fingerprint <hex>', 'dead letters with this error')
    .option('--type <type>', 'of this type')
    .option('--object <id>', "about this object of Stripe's")
    .option('--from <time>', 'made by Stripe at this time or later')
    .option('--to <time>', 'made before this time');
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number, from 1.');
}

function overlapSeconds(text: string): number {
  if (/^\d{1,7}$/.test(text) && Number(text) <= MAX_OVERLAP_SECONDS) return Number(text);
  throw new InvalidArgumentError(`Expected whole seconds, from 0 to ${MAX_OVERLAP_SECONDS}.`);
}

async function serve(role: Role): Promise<void> {
  await (await import('../src/cli/serve.js')).serve(process.env, role);
}

async function migrate(verb: 'create' | 'status' | 'up', name?: string): Promise<readonly string[]> {
  return (await import('../src/cli/migrate.js')).migrate(process.env, verb, name);
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
