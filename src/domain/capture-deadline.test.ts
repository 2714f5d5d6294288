import { expect } from 'chai';
import { captureNoticeAt } from './capture-deadline.js';

describe('R5 the notice of an authorisation that is about to lapse', () => {
  const now = new Date('2025-01-15T12:00:00.000Z');
  const cases: [hours: number, notice: string | null][] = [
    [168, null],
    [24.01, null],
    [24, 'capture_due_24h'],
    [6.01, 'capture_due_24h'],
    [6, 'capture_due_6h'],
    [0.01, 'capture_due_6h'],
    [0, null],
    [-1, null],
  ];
  for (const [hours, notice] of cases) {
    it(`${hours} h before: ${notice}`, () => {
      expect(captureNoticeAt(new Date(now.getTime() + hours * 3_600_000), now)).to.equal(notice);
    });
  }
});
