import { expect } from 'chai';
import fc from 'fast-check';
import { MongoBulkWriteError, MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from 'mongodb';
import { outcomesOf } from './insert-events.js';

interface Shape {
  inserted: number;
  writeErrors: { index: number; code: number; errmsg?: string }[];
  concern?: object;
  ok?: boolean;
}

const ON_ID =
  'E11000 duplicate key error collection: shop.guichet_webhook_events index: _id_ dup key: { _id: "evt_1" }';
const ON_OTHER = ON_ID.replace(' _id_ ', ' lane_1 ').replace('"evt_1"', '" index: _id_ "');

/** As the driver builds it, with the members that it promises. */
function bulkError({ inserted, writeErrors, concern, ok = true }: Shape): MongoBulkWriteError {
  const result = { isOk: () => ok, getWriteConcernError: () => concern, insertedCount: inserted };
  return new MongoBulkWriteError(
    { message: 'bulk', code: writeErrors[0]?.code ?? 0, writeErrors } as never,
    result as never,
  );
}

const duplicate = (index: number) => ({ index, code: 11000, errmsg: ON_ID });

describe('what an error says of a group of inserts', () => {
  it('is certain where the rows that were inserted and those that were there add up to the group', () => {
    const error = bulkError({ inserted: 2, writeErrors: [duplicate(1), duplicate(3)] });
    expect(outcomesOf(error, 4)).to.deep.equal(['stored', 'duplicate', 'stored', 'duplicate']);
    const all = bulkError({ inserted: 0, writeErrors: [duplicate(0), duplicate(1)] });
    expect(outcomesOf(all, 2)).to.deep.equal(['duplicate', 'duplicate']);
  });

  const doubtful: [string, unknown][] = [
    [
      'a bulk error without write errors, as of a lost connection',
      bulkError({ inserted: 0, writeErrors: [] }),
    ],
    ['fewer rows than the group has', bulkError({ inserted: 1, writeErrors: [duplicate(1)] })],
    ['more rows than the group has', bulkError({ inserted: 3, writeErrors: [duplicate(1)] })],
    ['no majority', bulkError({ inserted: 2, writeErrors: [duplicate(1)], concern: { code: 64 } })],
    ['no majority, and no write error', bulkError({ inserted: 3, writeErrors: [], concern: { code: 64 } })],
    ['another code', bulkError({ inserted: 2, writeErrors: [{ ...duplicate(1), code: 112 }] })],
    ['another index', bulkError({ inserted: 2, writeErrors: [{ ...duplicate(1), errmsg: ON_OTHER }] })],
    ['no message', bulkError({ inserted: 2, writeErrors: [{ index: 1, code: 11000 }] })],
    ['one row twice', bulkError({ inserted: 1, writeErrors: [duplicate(1), duplicate(1)] })],
    ['a row that is none of the group', bulkError({ inserted: 2, writeErrors: [duplicate(3)] })],
    ['a failed command', bulkError({ inserted: 2, writeErrors: [duplicate(0)], ok: false })],
    ['the network', new MongoNetworkError('closed')],
    ['a server error', new MongoServerError({ message: ON_ID, code: 11000 })],
    ['an argument', new MongoInvalidArgumentError('Document is larger than the maximum size')],
    ['a text', 'E11000'],
    ['nothing', undefined],
  ];
  for (const [name, error] of doubtful) {
    it(`leaves the rows in doubt after ${name}`, () => {
      expect(outcomesOf(error, 3)).to.equal(null);
    });
  }

  it('is certain of nothing that does not follow from the error, whatever its shape', () => {
    const code = fc.constantFrom(11000, 11000, 11000, 112, 10107, 0);
    const errmsg = fc.constantFrom(ON_ID, ON_ID, ON_ID, ON_OTHER, '');
    const shape = fc.record({
      size: fc.integer({ min: 1, max: 4 }),
      inserted: fc.integer({ min: 0, max: 4 }),
      writeErrors: fc.array(fc.record({ index: fc.integer({ min: -1, max: 4 }), code, errmsg }), {
        maxLength: 4,
      }),
      unconfirmed: fc.boolean(),
      ok: fc.boolean(),
    });
    let certain = 0;
    fc.assert(
      fc.property(shape, ({ size, unconfirmed, ...of }) => {
        const error = bulkError({ ...of, ...(unconfirmed ? { concern: { code: 64 } } : {}) });
        const outcomes = outcomesOf(error, size);
        if (outcomes === null) return;
        certain += 1;
        expect(outcomes).to.have.length(size);
        expect(of.ok && !unconfirmed).to.equal(true);
        expect(of.writeErrors.every((one) => one.code === 11000 && one.errmsg === ON_ID)).to.equal(true);
        expect(outcomes.filter((one) => one === 'stored')).to.have.length(of.inserted);
        for (const { index } of of.writeErrors) expect(outcomes[index]).to.equal('duplicate');
      }),
      { numRuns: 3000 },
    );
    expect(certain, 'shapes that were certain').to.be.greaterThan(10);
  });
});
