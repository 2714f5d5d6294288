import { readFileSync } from 'node:fs';
import { expect } from 'chai';

/** The first releases in which `sanitizeFilter` holds for every query (CVE-2026-125120). */
const MENDED_IN: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  8: [24, 3],
  9: [9, 2],
};

const partsOf = (version: string): number[] => version.split('.').map(Number);

describe('the Mongoose that is installed', () => {
  it('X11 is one in which sanitizeFilter cannot be bypassed', () => {
    const lock = new URL('../../package-lock.json', import.meta.url);
    const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
      packages: Record<string, { version?: string }>;
    };
    const found = Object.entries(packages).filter(([path]) => /(^|\/)node_modules\/mongoose$/.test(path));
    expect(found).to.not.be.empty;
    for (const [path, { version = '' }] of found) {
      const [major = 0, minor = 0, patch = 0] = partsOf(version);
      const [leastMinor, leastPatch] = MENDED_IN[major] ?? [Number.POSITIVE_INFINITY, 0];
      const isMended = minor > leastMinor || (minor === leastMinor && patch >= leastPatch);
      expect(isMended, `${path} ${version}`).to.equal(true);
    }
  });
});
