import { expect } from 'chai';
import { apiKeyStatus, isUsable, scopesNotHeld } from './api-keys.js';

const at = (seconds: number) => new Date(Date.UTC(2025, 0, 15) + seconds * 1000);

describe('apiKeyStatus', () => {
  const cases: [string, { revokedAt: Date | null; expiresAt: Date | null }, string, boolean][] = [
    ['a key that nobody touched', { revokedAt: null, expiresAt: null }, 'active', true],
    ['a rolled key in its overlap', { revokedAt: null, expiresAt: at(1) }, 'expiring', true],
    ['a rolled key at the very end of it', { revokedAt: null, expiresAt: at(0) }, 'expired', false],
    ['a rolled key after it', { revokedAt: null, expiresAt: at(-1) }, 'expired', false],
    ['a revoked key', { revokedAt: at(-9), expiresAt: null }, 'revoked', false],
    [
      'a rolled key that was revoked in its overlap',
      { revokedAt: at(-9), expiresAt: at(9) },
      'revoked',
      false,
    ],
    ['a key whose revocation has a later clock', { revokedAt: at(5), expiresAt: null }, 'revoked', false],
  ];
  for (const [name, times, status, usable] of cases) {
    it(`says ${status} of ${name}`, () => {
      expect(apiKeyStatus(times, at(0))).to.equal(status);
      expect(isUsable(times, at(0))).to.equal(usable);
    });
  }
});

describe('scopesNotHeld', () => {
  it('names what would be handed on without being held: no scope includes another', () => {
    expect(scopesNotHeld(['ops'], ['ops'])).to.deep.equal([]);
    expect(scopesNotHeld(['payments:write', 'ops'], ['payments:read', 'ops'])).to.deep.equal([
      'payments:read',
    ]);
    expect(scopesNotHeld([], ['ops'])).to.deep.equal(['ops']);
    expect(scopesNotHeld(['ops'], [])).to.deep.equal([]);
  });
});
