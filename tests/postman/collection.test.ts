import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { type Collection, collectionOf, type Item } from '../../scripts/postman/collection.js';
import { PURCHASE } from '../../scripts/postman/purchase.js';
import { type Stack, startStack } from '../support/stack.js';

interface Execution {
  item: { name: string };
  response?: { code: number; text(): string };
  assertions?: { assertion: string; error?: Error }[];
}
interface Summary {
  run: { executions: Execution[]; failures: { source: { name: string }; error: Error }[] };
}
type Run = (options: object, done: (error: Error | null, summary: Summary) => void) => void;

const newman = createRequire(import.meta.url)('newman') as { run: Run };
const root = new URL('../../', import.meta.url);

const read = (path: string) => readFile(new URL(path, root), 'utf8');

function requestsIn(items: readonly Item[]): Item[] {
  return items.flatMap((item) => (item.item === undefined ? [item] : requestsIn(item.item)));
}

describe('the Postman collection', () => {
  let stack: Stack;
  let collection: Collection;
  before(async () => {
    stack = await startStack();
    collection = JSON.parse(await read('docs/postman/guichet.postman_collection.json')) as Collection;
  });
  after(() => stack.stop());

  it('is what the document makes, and the same each time: run npm run docs:postman', async () => {
    const document = await read('openapi.json');
    expect(JSON.parse(JSON.stringify(await collectionOf(document)))).to.deep.equal(collection);
    const { paths } = JSON.parse(document) as { paths: Record<string, object> };
    const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
    expect(requestsIn(collection.item)).to.have.length(operations.length + PURCHASE.length);
  });

  it('runs against a live instance: the purchase succeeds, and every endpoint answers as documented', async function () {
    this.timeout(60_000);
    const variables = { baseUrl: stack.baseUrl, apiKey: stack.apiKey };
    const envVar = Object.entries(variables).map(([key, value]) => ({ key, value }));
    const { run } = await new Promise<Summary>((resolve, reject) => {
      newman.run({ collection, envVar, reporters: [] }, (error, summary) =>
        error === null ? resolve(summary) : reject(error),
      );
    });
    const failures = run.failures.map(({ source, error }) => `${source.name}: ${error.message}`);
    expect(failures.join('\n')).to.equal('');
    expect(run.executions).to.have.length(requestsIn(collection.item).length);
    const purchase = run.executions.slice(0, PURCHASE.length);
    expect(purchase.map(({ response }) => response?.code)).to.deep.equal(
      PURCHASE.map(({ status }) => status),
    );
    for (const { item, assertions = [] } of run.executions) expect(assertions, item.name).to.have.length(1);
    const refunds = await stack.rows('refunds').find({}, { hint: '_id_' }).toArray();
    expect(refunds.map(({ status }) => status)).to.deep.equal(['succeeded']);
  });
});
