import { expect } from 'chai';
import fc from 'fast-check';
import { type Grouping, groupInserts, IntakeFull } from './group-inserts.js';

interface Item {
  id: number;
  bytes: number;
}

/** One turn of the event loop: what was read in it goes together. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const item = (id: number, bytes = 1): Item => ({ id, bytes });

/** A database whose commands end when the test says so. */
function heldDatabase() {
  const groups: { items: Item[]; end: () => void; fail: (error: Error) => void }[] = [];
  const write = (items: Item[]) =>
    new Promise<number[]>((resolve, reject) => {
      groups.push({ items, end: () => resolve(items.map(({ id }) => id)), fail: reject });
    });
  return { groups, write };
}

const limits = (changes: Partial<Grouping> = {}): Grouping => ({
  ...{ rows: 4, bytes: 100, atOnce: 1, waitingRows: 10, waitingBytes: 1000 },
  ...changes,
});
const ofNobody = () => false;

async function fateOf(work: Promise<number>): Promise<string> {
  return work.then(
    (id) => `stored ${id}`,
    (error: Error) => error.message,
  );
}

describe('grouping inserts', () => {
  it('writes a lone item in the turn of the loop in which it came: it waits for no timer and no company', async () => {
    const { groups, write } = heldDatabase();
    const insert = groupInserts({ write, isOfOne: ofNobody }, limits());
    const stored = insert(item(1));
    await turn();
    expect(groups.map(({ items }) => items.length)).to.deep.equal([1]);
    groups[0]?.end();
    expect(await stored).to.equal(1);
  });

  it('writes together what came together, and then what came meanwhile', async () => {
    const { groups, write } = heldDatabase();
    const insert = groupInserts({ write, isOfOne: ofNobody }, limits());
    const all = [1, 2, 3].map((id) => insert(item(id)));
    await turn();
    all.push(...[4, 5, 6, 7, 8].map((id) => insert(item(id))));
    await turn();
    expect(groups, 'one at a time').to.have.length(1);
    groups[0]?.end();
    await turn();
    groups[1]?.end();
    await turn();
    groups[2]?.end();
    expect(await Promise.all(all)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(groups.map(({ items }) => items.map(({ id }) => id))).to.deep.equal([
      [1, 2, 3],
      [4, 5, 6, 7],
      [8],
    ]);
  });

  it('lets no group grow beyond its bytes, and lets a larger item go alone', async () => {
    const { groups, write } = heldDatabase();
    const insert = groupInserts({ write, isOfOne: ofNobody }, limits({ atOnce: 9 }));
    const all = [60, 40, 1, 500, 1].map((bytes, id) => insert(item(id, bytes)));
    await turn();
    expect(groups.map(({ items }) => items.map(({ bytes }) => bytes))).to.deep.equal([
      [60, 40],
      [1],
      [500],
      [1],
    ]);
    for (const { end } of groups) end();
    await Promise.all(all);
  });

  it('refuses at once what is more than may wait, in rows or in bytes, and takes it when there is room', async () => {
    for (const changes of [{ waitingRows: 3 }, { waitingBytes: 30 }]) {
      const { groups, write } = heldDatabase();
      const insert = groupInserts({ write, isOfOne: ofNobody }, limits({ rows: 1, ...changes }));
      const first = insert(item(0, 10));
      await turn();
      const waiting = [1, 2, 3].map((id) => insert(item(id, 10)));
      const refused = await insert(item(4, 10)).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(IntakeFull);
      groups[0]?.end();
      await first;
      await turn();
      const taken = insert(item(5, 10));
      for (let at = 1; at <= 4; at += 1) {
        groups[at]?.end();
        await turn();
      }
      expect(await Promise.all([...waiting, taken])).to.deep.equal([1, 2, 3, 5]);
    }
  });

  it('gives every item of a group the error of the group, and the next group its own chance', async () => {
    const { groups, write } = heldDatabase();
    const insert = groupInserts({ write, isOfOne: ofNobody }, limits());
    const fates = [1, 2].map((id) => fateOf(insert(item(id))));
    await turn();
    fates.push(fateOf(insert(item(3))));
    groups[0]?.fail(new Error('no primary'));
    await turn();
    groups[1]?.end();
    expect(await Promise.all(fates)).to.deep.equal(['no primary', 'no primary', 'stored 3']);
  });

  it('writes the others of a group one by one when one of them is to blame', async () => {
    const write = async (items: Item[]) => {
      if (items.some(({ id }) => id === 2)) throw new Error('too large');
      return items.map(({ id }) => id);
    };
    const isOfOne = (error: unknown) => error instanceof Error && error.message === 'too large';
    const insert = groupInserts({ write, isOfOne }, limits());
    const fates = await Promise.all([1, 2, 3].map((id) => fateOf(insert(item(id)))));
    expect(fates).to.deep.equal(['stored 1', 'too large', 'stored 3']);
  });

  it('settles each item once, in groups within all limits, however they come', async () => {
    const arrivals = fc.array(fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 6 }), { maxLength: 6 });
    const bounds = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      bytes: fc.integer({ min: 1, max: 200 }),
      atOnce: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(arrivals, bounds, fc.nat({ max: 3 }), async (turns, bound, failing) => {
        let underWay = 0;
        let written = 0;
        const write = async (items: Item[]) => {
          underWay += 1;
          expect(underWay).to.be.at.most(bound.atOnce);
          expect(items.length).to.be.within(1, bound.rows);
          const bytes = items.reduce((sum, one) => sum + one.bytes, 0);
          expect(items.length === 1 || bytes <= bound.bytes).to.equal(true);
          await turn();
          underWay -= 1;
          written += 1;
          if (written % 4 === failing) throw new Error('failed');
          return items.map(({ id }) => id);
        };
        const insert = groupInserts(
          { write, isOfOne: ofNobody },
          { ...bound, waitingRows: 1000, waitingBytes: 1e6 },
        );
        const fates: Promise<string>[] = [];
        for (const sizes of turns) {
          for (const bytes of sizes) fates.push(fateOf(insert(item(fates.length, bytes))));
          await turn();
        }
        const settled = await Promise.all(fates);
        settled.forEach((fate, id) => void expect(fate).to.be.oneOf([`stored ${id}`, 'failed']));
      }),
      { numRuns: 100 },
    );
  });
});
