import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockHome } from './home-lock.js';
import { commandLine } from './processes.js';

describe('the lock of a guichet home', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'guichet-lock-'));
  });

  afterEach(() => rm(home, { recursive: true, force: true }));

  it('refuses a second holder, names the first, and opens when that lets go', async () => {
    const lock = await lockHome(home);
    const error = await lockHome(home).catch((caught: unknown) => caught);
    expect(String(error)).to.contain(`process ${process.pid}`).and.contain('GUICHET_HOME');
    await lock.release();
    await (await lockHome(home)).release();
  });

  it('is taken over from a process that is gone', async () => {
    await writeFile(join(home, 'dev.lock'), JSON.stringify({ pid: 2 ** 22 + 1, command: 'node guichet' }));
    await (await lockHome(home)).release();
  });

  it('is taken over when another program has the id of the holder, as in a container that was restarted', async () => {
    const other = { pid: process.pid, command: `not ${await commandLine(process.pid)}` };
    await writeFile(join(home, 'dev.lock'), JSON.stringify(other));
    await (await lockHome(home)).release();
  });

  it('is not released by somebody who lost it', async () => {
    const lock = await lockHome(home);
    const other = JSON.stringify({ pid: process.ppid, command: 'another' });
    await writeFile(join(home, 'dev.lock'), other);
    await lock.release();
    expect(await readFile(join(home, 'dev.lock'), 'utf8')).to.equal(other);
  });
});
