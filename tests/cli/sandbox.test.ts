import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const CLI = fileURLToPath(new URL('../../bin/guichet.ts', import.meta.url));

/** Runs `guichet sandbox` until it has printed its account, or ended. */
function sandbox(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, 'sandbox', '--port', '0', ...args]);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString();
    if (/account +acct_/.test(said.stdout)) child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

describe('guichet sandbox', function () {
  this.timeout(60_000);

  it('prints its address, and keys that repeat under a seed', async () => {
    const [first, second] = [
      await sandbox('--seed', 'cli', '--at', '2025-01-31T12:00:00Z'),
      await sandbox('--seed', 'cli'),
    ];
    expect([first.code, first.stderr]).to.deep.equal([0, '']);
    expect(first.stdout).to.match(/Stripe sandbox +http:\/\/127\.0\.0\.1:\d+\nsecret key +sk_test_/);
    const keys = (text: string) => text.split('\n').slice(1);
    expect(keys(second.stdout)).to.deep.equal(keys(first.stdout));
  });

  it('warns when others can reach it', async () => {
    expect((await sandbox('--host', '0.0.0.0')).stdout).to.contain('without a key');
  });

  for (const [args, message] of [
    [['--port', '99999'], '--port 99999: expected a number from 0 to 65535'],
    [['--at', 'soon'], '--at soon: expected a time'],
    [['--webhook', 'localhost:3000'], '--webhook localhost:3000: expected an http or https address'],
  ] as const)
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await sandbox(...args);
      expect(code).to.equal(1);
      expect(stderr).to.contain(message);
    });
});
