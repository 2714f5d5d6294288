import { Script } from 'node:vm';
import { expect } from 'chai';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox } from '../test-support.js';
import { bundle } from './bundle.js';

describe('/v3/', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await checkedSandbox();
  });
  after(() => sandbox.stop());

  const get = (path: string) => fetch(`${sandbox.url}${path}`);

  it('is one classic script, as the one of Stripe is', async () => {
    for (const path of ['/v3/', '/v3']) {
      const answer = await get(path);
      expect(answer.headers.get('content-type')).to.match(/^text\/javascript/);
      const text = await answer.text();
      expect(text).not.to.match(/^(import|export) /m);
      expect(() => new Script(text)).not.to.throw();
    }
  });

  it('lets its frames load and call nothing but the sandbox, and any page embed them', async () => {
    for (const path of ['/v3/frame.html', '/v3/challenge.html']) {
      const answer = await get(path);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).to.contain("default-src 'none'").and.not.contain('unsafe').and.not.contain('ancestors');
      expect(answer.headers.get('x-frame-options')).to.equal(null);
      expect(await answer.text()).not.to.match(/<script(?![^>]*src=)|style=/);
    }
  });

  it('serves its own files and no others', async () => {
    expect((await get('/v3/frame/card-form.js')).status).to.equal(200);
    for (const path of ['/v3/serve.ts', '/v3/..%2fserve.ts', '/v3/frame', '/v3/nothing.js'])
      expect((await get(path)).status, path).to.equal(404);
  });
});

describe('bundle', () => {
  const modules: Record<string, string> = {
    main: "import { two } from './b.js';\nimport { one } from './a.js';\nseen.push(one + two);\n",
    a: 'export const one = 1;\n',
    b: "import {\n  one,\n} from './a.js';\nexport function unused() {}\nexport const two = one + 1;\n",
  };

  it('puts each module once, and before those that import it', () => {
    const seen: number[] = [];
    new Script(`(seen) => ${bundle('main', (name) => modules[name] ?? '').trim()}`).runInThisContext()(seen);
    expect(seen).to.deep.equal([3]);
  });
});
