import { parseArgs } from 'node:util';
import { startSandbox } from './start-sandbox.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    seed: { type: 'string' },
    webhook: { type: 'string' },
  },
});

const sandbox = await startSandbox({
  port: Number(values.port),
  host: values.host,
  ...(values.data !== undefined && { dataFile: values.data }),
  ...(values.seed !== undefined && { seed: values.seed }),
});
if (values.webhook !== undefined) await sandbox.setWebhookUrl(values.webhook);
process.stdout.write(
  `${[
    `url             ${sandbox.url}`,
    `account         ${sandbox.accountId}`,
    `secret key      ${sandbox.secretKey}`,
    `publishable key ${sandbox.publishableKey}`,
    `webhook secret  ${sandbox.webhookSecret}`,
  ].join('\n')}\n`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.stop());
