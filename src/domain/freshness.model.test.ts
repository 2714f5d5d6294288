import { expect } from 'chai';
import {
  families,
  type ModelFamily,
  type ModelVersion,
  randomHistory,
} from '../../tests/support/freshness-families.js';
import { playHistory, type Rule } from '../../tests/support/freshness-world.js';
import { type Random, seededRandom } from '../../tests/support/seeded-random.js';
import { freshness, laterAsOf, type SnapshotVersion } from './freshness.js';

const rule: Rule = { freshness, laterAsOf };

/** Counts the histories that end in another state than Stripe's. */
function countWrong(family: ModelFamily, tested: Rule, histories: number): number {
  const random = seededRandom(20_241_218);
  let wrong = 0;
  for (let run = 0; run < histories; run += 1) {
    const history = randomHistory(random, family);
    const { held, settled } = playHistory(history, tested, { calm: false, eventLagSeconds: 2, random });
    const last = history.at(-1);
    const right =
      held !== null &&
      (held.deletedAt !== null) === last?.deleted &&
      (last.deleted || held.watched === last.watched);
    if (!right || !settled) wrong += 1;
  }
  return wrong;
}

describe('freshness, model-checked against adversarial histories', function () {
  this.timeout(60_000);

  for (const family of Object.values(families)) {
    it(`ends in Stripe's state for every ${family.name}`, () => {
      expect(countWrong(family, rule, 6000)).to.equal(0);
    });
  }

  it('would notice a rule that trusts every fetch', () => {
    const trusting: Rule = {
      laterAsOf,
      freshness: (held, snapshot) =>
        snapshot.source === 'fetch' ? { decision: 'apply', reason: 'later' } : freshness(held, snapshot),
    };
    expect(countWrong(families.paymentIntent, trusting, 6000)).to.be.greaterThan(0);
  });

  it('would notice a `same` that leaves asOf alone', () => {
    const lazy: Rule = { freshness, laterAsOf: (held) => held };
    expect(countWrong(families.subscription, lazy, 6000)).to.be.greaterThan(0);
  });

  it('would notice the clock without the duration of the call', () => {
    const instant = (snapshot: SnapshotVersion) => ({ ...snapshot, spanMs: 0 });
    const careless: Rule = { laterAsOf, freshness: (held, snapshot) => freshness(held, instant(snapshot)) };
    expect(countWrong(families.subscription, careless, 6000)).to.be.greaterThan(0);
  });
});

type Step = [status: string, rank: number, minWait: number, maxWait: number, ours: boolean, error?: string];

const purchases: Record<string, Step[]> = {
  'card, confirmed by the server': [
    ['requires_payment_method', 1, 0, 0, true],
    ['succeeded', 3, 0.2, 6, true],
  ],
  'card, confirmed in the browser': [
    ['requires_payment_method', 1, 0, 0, true],
    ['succeeded', 3, 1, 12, false],
  ],
  '3DS, confirmed by the server': [
    ['requires_payment_method', 1, 0, 0, true],
    ['requires_action', 1, 0.2, 6, true],
    ['succeeded', 3, 2, 20, false],
  ],
  'a decline, then a good card': [
    ['requires_payment_method', 1, 0, 0, true],
    ['requires_payment_method', 1, 0.2, 6, true, 'card_declined'],
    ['succeeded', 3, 0.5, 20, true],
  ],
  'manual capture': [
    ['requires_payment_method', 1, 0, 0, true],
    ['requires_capture', 2, 0.2, 6, true],
    ['succeeded', 3, 1, 60, true],
  ],
};

function purchaseHistory(steps: readonly Step[], random: Random): ModelVersion[] {
  let at = 10 + random();
  return steps.map(([status, rank, minWait, maxWait, ours, error = '']) => {
    at += minWait + random() * (maxWait - minWait);
    return { at, watched: `${status}/${error}`, rank, deleted: false, created: 0, ours };
  });
}

describe('freshness in an ordinary purchase', () => {
  for (const [name, steps] of Object.entries(purchases)) {
    for (const eventLagSeconds of [0, 1]) {
      it(`asks Stripe nothing: ${name}, event lag up to ${eventLagSeconds} s`, () => {
        const random = seededRandom(11);
        let fetches = 0;
        for (let run = 0; run < 1000; run += 1) {
          const history = purchaseHistory(steps, random);
          fetches += playHistory(history, rule, { calm: true, eventLagSeconds, random }).fetches;
        }
        expect(fetches).to.equal(0);
      });
    }
  }
});
