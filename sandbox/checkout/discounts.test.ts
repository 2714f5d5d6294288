import { expect } from 'chai';
import { mix } from '../store/ids.js';
import { shares } from './discounts.js';

describe('sandbox: shares of a discount', () => {
  it('add up to the whole, in steps, and none is more than one step from its exact part', () => {
    let state = 7;
    const random = (below: number) => {
      state = mix(state + 0x6d2b79f5);
      return state % below;
    };
    for (let run = 0; run < 2000; run += 1) {
      const step = [1, 10, 100][random(3)] ?? 1;
      const weights = Array.from({ length: 1 + random(6) }, () => random(5) * random(90_000) * step);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const whole = Math.floor(random(sum + 1) / step) * step;
      const parts = shares(whole, weights, step);
      expect(parts.reduce((total, part) => total + part, 0)).to.equal(whole);
      parts.forEach((part, i) => {
        const weight = weights[i] ?? 0;
        expect(part % step).to.equal(0);
        expect(part).to.be.at.most(weight);
        if (sum > 0) expect(Math.abs(part - (whole * weight) / sum)).to.be.below(step);
      });
    }
  });
});
