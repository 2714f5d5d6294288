#!/usr/bin/env node
import { Command, Option } from 'commander';
import { config as readDotenv } from 'dotenv';
import { createKey } from '../src/cli/create-key.js';
import { migrate } from '../src/cli/migrate.js';
import { serve } from '../src/cli/serve.js';
import { verifyAudit } from '../src/cli/verify-audit.js';
import { scopes as allScopes, type Scope } from '../src/domain/rows/api-key.js';
import type { Role } from '../src/service.js';
import { demo } from './demo/demo.js';
import { dev } from './dev.js';
import { sandbox } from './sandbox.js';

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
  .action(() => dev(process.env, print));

program
  .command('serve')
  .description('API and worker; everything must be configured')
  .addOption(new Option('--role <role>', 'what to run').choices(['api', 'worker', 'all']).default('all'))
  .action(({ role }: { role: Role }) => serve(process.env, role));

program
  .command('worker')
  .description('the worker alone (serve --role worker)')
  .action(() => serve(process.env, 'worker'));

const migrations = program.command('migrate').description('changes of the database');
migrations
  .command('up')
  .description('run what is pending')
  .action(async () => print(...(await migrate(process.env, 'up'))));
migrations
  .command('status')
  .description('what ran and what is pending')
  .action(async () => print(...(await migrate(process.env, 'status'))));
migrations
  .command('create <name>')
  .description('a new migration file')
  .action(async (name: string) => print(...(await migrate(process.env, 'create', name))));

program
  .command('keys')
  .description('API keys')
  .command('create')
  .description('make a key and show it, once')
  .requiredOption('--name <name>', 'who uses it')
  .addOption(new Option('--mode <mode>', 'test or live').choices(['test', 'live']).default('test'))
  .addOption(
    new Option('--scopes <scopes...>', 'what it may do').choices([...allScopes]).default([...allScopes]),
  )
  .action(async (options: { name: string; mode: 'test' | 'live'; scopes: Scope[] }) =>
    print(await createKey(process.env, options)),
  );

program
  .command('audit')
  .description('the audit trail')
  .command('verify <id>')
  .description('check the chain of one order, payment, refund or customer')
  .action(async (id: string) => {
    const { intact, line } = await verifyAudit(process.env, id);
    print(line);
    if (!intact) process.exitCode = 1;
  });

program
  .command('sandbox')
  .description('the local Stripe alone')
  .option('--port <port>', 'the port to listen to', '12111')
  .option('--data <file>', 'keep its state in this file')
  .action((options: { port: string; data?: string }) => sandbox(options, print));

program
  .command('demo')
  .description('the story of one purchase, told against the running instance')
  .action(() => demo({ home: process.env.GUICHET_HOME ?? '.guichet', env: process.env }, print));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
