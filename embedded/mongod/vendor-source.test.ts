import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from '../run-command.js';
import { cachedBinary } from './cache.js';
import { downloadFromVendor } from './vendor-source.js';

describe("the vendor's mongod", () => {
  const program = "#!/bin/sh\necho 'db version v8.2.6'\n";
  let scratch: string;
  let archive: Buffer;
  let md5: string;
  let server: Server;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    // Its archives for macOS and Windows are not tar files.
    if (process.platform !== 'linux') return this.skip();
    scratch = await mkdtemp(join(tmpdir(), 'guichet-vendor-'));
    const bin = join(scratch, 'mongodb-linux', 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'mongod'), program);
    await chmod(join(bin, 'mongod'), 0o755);
    const file = join(scratch, 'archive.tgz');
    await runCommand('tar', ['-czf', file, '-C', scratch, 'mongodb-linux'], {
      env: process.env,
      timeoutMs: 10_000,
    });
    archive = await readFile(file);
    server = createServer((req, res) => {
      const body = req.url?.endsWith('.md5') ? `${md5}  archive.tgz\n` : archive;
      res.writeHead(200, { 'Content-Length': body.length }).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  beforeEach(() => {
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    md5 = createHash('md5').update(archive).digest('hex');
    env = {
      PATH: process.env.PATH,
      HOME: scratch,
      GUICHET_CACHE: join(scratch, 'cache'),
      MONGOMS_DOWNLOAD_MIRROR: `http://127.0.0.1:${port}`,
      MONGOMS_USE_HTTP: 'true',
    };
  });

  afterEach(() => rm(join(scratch, 'cache'), { recursive: true, force: true }));

  after(async () => {
    server?.closeAllConnections();
    server?.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  });

  it('ends up in the cache, and its progress with the size is told', async () => {
    const said: string[] = [];
    const binary = await downloadFromVendor({ env, onProgress: (line) => said.push(line) });
    expect(binary).to.equal(cachedBinary(env));
    expect(await readFile(binary, 'utf8')).to.equal(program);
    expect(await readdir(join(scratch, 'cache'))).to.have.lengthOf(1);
    expect(said.join('\n')).to.match(/100% \([\d.]+mb \/ [\d.]+mb\)/);
  });

  it('is refused when the sum of its archive differs', async () => {
    md5 = createHash('md5').update('something else').digest('hex');
    const error = await downloadFromVendor({ env, onProgress: () => undefined }).catch(
      (caught: unknown) => caught,
    );
    expect(String(error)).to.match(/md5/i);
    expect(await readdir(join(scratch, 'cache'))).to.deep.equal([]);
  });

  it('is not asked for when that is switched off', async () => {
    const off = { ...env, MONGOMS_RUNTIME_DOWNLOAD: 'false' };
    const error = await downloadFromVendor({ env: off, onProgress: () => undefined }).catch(
      (caught: unknown) => caught,
    );
    expect(String(error)).to.contain('MONGOMS_RUNTIME_DOWNLOAD');
  });
});
