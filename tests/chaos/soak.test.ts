import { expect } from 'chai';
import { runSoak } from '../support/soak.js';

/** The short form of `npm run soak`. */
const OPTIONS = { events: 200, kills: 1, stepDowns: 1, redisOutages: 1, seed: 20_241_218 };

describe('a soak: SIGKILL, a primary that steps down, Redis gone and back, events twice and out of order', function () {
  this.timeout(240_000);

  it('nothing lost, nothing doubled, no wrong state', async () => {
    const said: string[] = [];
    const report = await runSoak({ ...OPTIONS, say: (line) => said.push(line) });
    const { lost, doubled, wrong, brokenAudits, figures } = report;
    const story = said.join('\n');
    expect({ lost, doubled, wrong, brokenAudits }, story).to.deep.equal({
      ...{ lost: [], doubled: [], wrong: [], brokenAudits: [] },
    });
    expect(figures.events).to.be.at.least(OPTIONS.events);
    expect(figures['errors logged'], story).to.equal(0);
  });
});
