import { expect } from 'chai';
import type { PaymentStatus } from '../../src/domain/payment-state.js';
import { ulidAt } from '../../src/utils/ids.js';
import { ApiClient } from '../support/api-client.js';
import { examplePayment } from '../support/rows.js';
import { type Stack, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';

const USER = 'user_many';
const START = new Date('2025-03-01T00:00:00.000Z').getTime();
const HOUR_MS = 3_600_000;
const COUNT = 240;

describe('the history of a user', () => {
  let stack: Stack;
  /** Newest first. */
  const all: { id: string; status: PaymentStatus; currency: string; at: number }[] = [];

  before(async () => {
    stack = await startStack({ role: 'api', webhooks: 'by-hand', environment: jwtEnvironment });
    for (let index = 0; index < COUNT; index += 1) {
      const at = START + index * HOUR_MS;
      const status = index % 80 === 7 ? 'canceled' : 'succeeded';
      const currency = index % 40 === 7 ? 'jpy' : 'usd';
      all.unshift({ id: `pay_${ulidAt(new Date(at))}`, status, currency, at });
    }
    const rows = all.map(({ id: _id, status, currency }, index) => {
      const stripe = { ...examplePayment().stripe, paymentIntentId: `pi_${index}` };
      return examplePayment({ _id, userId: USER, status, currency, live: false, stripe });
    });
    const strangers = Array.from({ length: 20 }, () =>
      examplePayment({
        ...{ _id: `pay_${ulidAt(new Date(START + HOUR_MS))}`, userId: 'user_other', live: false },
        stripe: { ...examplePayment().stripe, paymentIntentId: null },
      }),
    );
    await stack.rows('payments').insertMany([...rows, ...strangers] as never[]);
  });
  after(() => stack.stop());

  const page = async (query: Record<string, string> = {}) => (await stack.api.history(USER, query)).body;
  const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

  async function walk(query: Record<string, string>, by: 'nextCursor' | 'previousCursor', start?: string) {
    const pages: string[][] = [];
    let cursor: string | null = start ?? null;
    do {
      const answer = await page({ ...query, ...(cursor === null ? {} : { cursor }) });
      pages.push(ids(answer.data));
      cursor = answer[by];
    } while (cursor !== null);
    return pages;
  }

  it('comes newest first, each once, page by page, and the same way back', async () => {
    const forth = await walk({ limit: '70' }, 'nextCursor');
    expect(forth.map(({ length }) => length)).to.deep.equal([70, 70, 70, 30]);
    expect(forth.flat()).to.deep.equal(ids(all));
    const third = await page({ limit: '70', cursor: await cursorOfPage(3) });
    const back = await walk({ limit: '70' }, 'previousCursor', third.previousCursor ?? '');
    expect(back).to.deep.equal([forth[1], forth[0]]);
    const second = await page({ limit: '70', cursor: third.previousCursor ?? '' });
    expect(ids((await page({ limit: '70', cursor: second.nextCursor ?? '' })).data)).to.deep.equal(forth[2]);
  });

  async function cursorOfPage(number: number): Promise<string> {
    let cursor = '';
    for (let each = 1; each < number; each += 1) {
      cursor = (await page({ limit: '70', ...(cursor && { cursor }) })).nextCursor ?? '';
    }
    return cursor;
  }

  it('has no page before the first and none after the last, and 20 a page unless asked', async () => {
    const first = await page({ limit: '100' });
    expect([first.previousCursor, first.data.length]).to.deep.equal([null, 100]);
    const last = await page({ from: '2025-03-01', to: '2025-03-01', limit: '24' });
    expect([last.nextCursor, last.data.length]).to.deep.equal([null, 24]);
    expect((await page({ limit: '1' })).data).to.have.length(1);
    expect((await page()).data).to.have.length(20);
  });

  it('filters by status, currency and both, alone and together with a range, in both directions', async () => {
    const wanted = (query: { status?: string; currency?: string }) =>
      all.filter(
        (row) =>
          (query.status === undefined || row.status === query.status) &&
          (query.currency === undefined || row.currency === query.currency),
      );
    for (const filter of [
      { status: 'canceled' },
      { currency: 'jpy' },
      { status: 'canceled', currency: 'jpy' },
    ]) {
      const about = JSON.stringify(filter);
      const forth = await walk({ ...filter, limit: '2' }, 'nextCursor');
      expect(forth.flat(), about).to.deep.equal(ids(wanted(filter)));
      const end = await page({ ...filter, limit: '2', cursor: await lastCursor(filter) });
      const back = await walk({ ...filter, limit: '2' }, 'previousCursor', end.previousCursor ?? '');
      expect(back.reverse().flat(), about).to.deep.equal(forth.slice(0, -1).flat());
    }
    expect((await page({ currency: 'JPY' })).data, 'in any case').to.have.length(6);
  });

  async function lastCursor(filter: Record<string, string>): Promise<string> {
    let cursor: string | null = null;
    for (;;) {
      const answer = await page({ ...filter, limit: '2', ...(cursor === null ? {} : { cursor }) });
      if (answer.nextCursor === null) return cursor ?? '';
      cursor = answer.nextCursor;
    }
  }

  it('takes a range of UTC days, the last included, and of times, the last excluded', async () => {
    const between = (from: string, to: string) => {
      const [low, high] = [from, to].map((each) => new Date(each).getTime());
      return ids(all.filter(({ at }) => at >= Number(low) && at < Number(high)));
    };
    const days = await page({ from: '2025-03-02', to: '2025-03-03', limit: '100' });
    expect(ids(days.data)).to.deep.equal(between('2025-03-02T00:00:00Z', '2025-03-04T00:00:00Z'));
    expect(days.data).to.have.length(48);
    const times = { from: '2025-03-02T01:00:00Z', to: '2025-03-02T03:00:00Z' };
    expect(ids((await page(times)).data)).to.deep.equal(between(times.from, times.to));
    const walked = await walk({ from: '2025-03-02', to: '2025-03-03', limit: '20' }, 'nextCursor');
    expect(walked.flat()).to.deep.equal(ids(days.data));
    const long = { from: '1901-01-01', to: '9999-12-31', limit: '100' };
    expect((await page(long)).data).to.have.length(100);
    expect((await page({ from: '2025-03-04', to: '2025-03-02' })).data).to.deep.equal([]);
  });

  it('examines what it returns and sorts nothing, whatever the filter and the direction', async () => {
    const db = stack.mongo.db(stack.environment.MONGODB_DB_NAME);
    const third = await cursorOfPage(3);
    const back = (await page({ limit: '70', cursor: third })).previousCursor ?? '';
    const queries: Record<string, string>[] = [
      {},
      { status: 'canceled' },
      { currency: 'jpy' },
      { status: 'canceled', currency: 'jpy' },
      { status: 'succeeded', from: '2025-03-04', to: '2025-03-05' },
      { cursor: third, to: '2025-03-09' },
      { cursor: back, from: '2025-03-02' },
      { cursor: back, status: 'canceled' },
    ];
    await db.command({ profile: 2 });
    try {
      for (const query of queries) await page({ ...query, limit: '10' });
    } finally {
      await db.command({ profile: 0 });
    }
    const seen = await db
      .collection('system.profile')
      .find({ ns: /payments$/, op: 'query' }, { hint: { $natural: 1 } })
      .toArray();
    expect(seen).to.have.length(queries.length);
    for (const [index, entry] of seen.entries()) {
      const about = JSON.stringify(queries[index]);
      expect(entry.hasSortStage, about).to.equal(undefined);
      expect(entry.docsExamined, about).to.equal(entry.nreturned);
      expect(entry.keysExamined, about).to.be.at.most(Number(entry.nreturned) + 1);
    }
  });

  it('X3 without a user nothing is listed', async () => {
    for (const path of ['/api/payments/history', '/api/payments/history/', '/api/payments/history/%20']) {
      const answer = await stack.api.get(path);
      expect([path, answer.status]).to.deep.equal([path, 404]);
    }
    for (const user of ['undefined', 'null', '*', '[object_Object]', 'user_', '.*']) {
      const { status, body } = await stack.api.history(user);
      expect([user, status, body.data]).to.deep.equal([user, 200, []]);
    }
  });

  it('X1 X2 takes no operator, no list and no second value for user or filter', async () => {
    const refused = [
      '?userId[$ne]=',
      '?userId=a&userId=b',
      '?status[$ne]=x',
      '?status=succeeded&status=failed',
    ];
    for (const query of [
      ...refused,
      '?status=all',
      '?currency=xxx',
      '?from=yesterday',
      '?limit=101',
      '?limit=0',
    ]) {
      const answer = await stack.api.get(`/api/payments/history/${USER}${query}`);
      expect([query, answer.status]).to.deep.equal([query, 400]);
    }
    expect((await stack.api.history('$ne')).status).to.equal(404);
  });

  it('a cursor of another list, or an invented one, is 400', async () => {
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const cursor of [encoded(['pay_1']), encoded(['up', 'pay_1']), encoded([{ $ne: 1 }, 'a']), 'x']) {
      const { status, problem } = await stack.api.history(USER, { cursor });
      expect([status, problem.code]).to.deep.equal([400, 'invalid_cursor']);
    }
  });

  it('X4 a user has the own history alone', async () => {
    const client = new ApiClient({ baseUrl: stack.baseUrl, apiKey: await userToken('user_other') });
    expect((await client.history('user_other')).body.data).to.have.length(20);
    const foreign = await client.history(USER);
    expect([foreign.status, foreign.problem.code]).to.deep.equal([404, 'user_not_found']);
  });
});
