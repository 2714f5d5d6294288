import { expect } from 'chai';
import fc from 'fast-check';
import Stripe from 'stripe';
import { createSignatureVerifier } from './verify-signature.js';

const SECRET = 'whsec_current';
const OTHER = 'whsec_other';
const NOW_SECONDS = 1_736_942_400;
const now = new Date(NOW_SECONDS * 1000);
const payload = '{"id":"evt_1","object":"event"}';

const verify = createSignatureVerifier({ secrets: [SECRET], toleranceSeconds: 300 });
const check = (header: string | string[] | undefined, body = payload) =>
  verify({ body: Buffer.from(body), header, now });

function sign(options: { secret?: string; timestamp?: number; body?: string; scheme?: string } = {}): string {
  const { secret = SECRET, timestamp = NOW_SECONDS, body = payload, scheme = 'v1' } = options;
  return Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp, scheme } as never);
}

function signatureOf(header: string): string {
  return header.split('v1=')[1] ?? '';
}

describe('createSignatureVerifier', () => {
  it('takes what the SDK signs', () => {
    expect(check(sign())).to.deep.equal({ ok: true });
  });

  it('takes 300 seconds behind or ahead, and not 301', () => {
    expect(check(sign({ timestamp: NOW_SECONDS - 300 })).ok).to.equal(true);
    expect(check(sign({ timestamp: NOW_SECONDS + 300 })).ok).to.equal(true);
    expect(check(sign({ timestamp: NOW_SECONDS - 301 }))).to.include({ reason: 'timestamp_too_old' });
    expect(check(sign({ timestamp: NOW_SECONDS + 301 }))).to.include({ reason: 'timestamp_in_future' });
  });

  const good = signatureOf(sign());
  const hostile: [string, string | string[] | undefined][] = [
    ['no header', undefined],
    ['an empty header', ''],
    ['a repeated header', [sign(), sign()]],
    ['no timestamp', `v1=${good}`],
    ['a timestamp that is no number', `t=abc,v1=${good}`],
    ['a timestamp with something behind it', `t=${NOW_SECONDS}abc,v1=${good}`],
    ['a negative timestamp', `t=-${NOW_SECONDS},v1=${good}`],
    ['W4 an empty v1', `t=${NOW_SECONDS},v1=`],
    ['W5 a v1 of 64 characters that are not ASCII', `t=${NOW_SECONDS},v1=${'é'.repeat(64)}`],
    ['a short v1', `t=${NOW_SECONDS},v1=${good.slice(1)}`],
    ['a long v1', `t=${NOW_SECONDS},v1=${good}0`],
    ['an upper-case v1', `t=${NOW_SECONDS},v1=${good.toUpperCase()}`],
    ['a space after the comma', `t=${NOW_SECONDS}, v1=${good}`],
    ['W9 only v0', sign({ scheme: 'v0' })],
    ['another timestamp than was signed', `t=${NOW_SECONDS - 1},v1=${good}`],
    ['W2 another secret', sign({ secret: OTHER })],
    ['another body', sign({ body: `${payload} ` })],
    ['nothing but commas', ',,,,'],
    ['nothing but equals signs', '===='],
  ];
  for (const [name, header] of hostile) {
    it(`refuses ${name}, without an exception`, () => {
      expect(check(header).ok).to.equal(false);
    });
  }

  it('W6 takes the second of two v1', () => {
    expect(check(`t=${NOW_SECONDS},v1=${'0'.repeat(64)},v1=${good}`).ok).to.equal(true);
  });

  it('W7 takes every secret of the list while it is being rotated', () => {
    const rotating = createSignatureVerifier({ secrets: ['whsec_new', SECRET], toleranceSeconds: 300 });
    expect(rotating({ body: Buffer.from(payload), header: sign(), now }).ok).to.equal(true);
    expect(rotating({ body: Buffer.from(payload), header: sign({ secret: 'whsec_new' }), now }).ok).to.equal(
      true,
    );
    expect(rotating({ body: Buffer.from(payload), header: sign({ secret: OTHER }), now }).ok).to.equal(false);
  });

  for (const secret of ['', 'whsec_', 'sk_test_1', ' whsec_x', 'whsec_a b']) {
    it(`W17 does not start with the secret ${JSON.stringify(secret)}`, () => {
      expect(() => createSignatureVerifier({ secrets: [SECRET, secret], toleranceSeconds: 300 })).to.throw(
        /whsec_/,
      );
    });
  }

  it('W17 does not start without a secret', () => {
    expect(() => createSignatureVerifier({ secrets: [], toleranceSeconds: 300 })).to.throw(/secret/);
  });
});

describe('createSignatureVerifier beside the SDK', () => {
  const timestamp = fc.integer({ min: NOW_SECONDS - 600, max: NOW_SECONDS });
  const body = fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify({ text }));
  const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
  const item = fc.oneof(
    hex.map((signature) => `v1=${signature}`),
    hex.map((signature) => `v0=${signature}`),
    fc.constantFrom('v1=abc', 't=', 't', '=', '', 'v2=abc', ' v1=abc'),
    fc.stringMatching(/^[\x20-\x7e]{0,80}$/),
  );
  const noise = fc.array(item, { maxLength: 3 });

  /** `crashed`: it threw something other than its own error, which says nothing of the signature. */
  function askSdk(text: string, header: string): 'accepted' | 'refused' | 'crashed' {
    try {
      Stripe.webhooks.constructEvent(Buffer.from(text), header, SECRET, 300, undefined, now.getTime());
      return 'accepted';
    } catch (thrown) {
      return thrown instanceof Stripe.errors.StripeSignatureVerificationError ? 'refused' : 'crashed';
    }
  }

  it('agrees on signed bodies, with other items in the header around', () => {
    const secret = fc.constantFrom(SECRET, OTHER);
    // No further `t`, because the last one counts.
    const others = noise.map((items) => items.filter((text) => !/(^|,)t(=|,|$)/.test(text)));
    fc.assert(
      fc.property(body, fc.tuple(timestamp, secret), others, (text, [at, by], around) => {
        const header = [...around, sign({ body: text, timestamp: at, secret: by })].join(',');
        const sdk = askSdk(text, header);
        fc.pre(sdk !== 'crashed');
        expect(check(header, text).ok).to.equal(sdk === 'accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('takes nothing that the SDK refuses', () => {
    const broken = fc.tuple(noise, fc.integer({ min: 0, max: 80 }), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(body, timestamp, broken, (text, at, [around, position, inserted]) => {
        const signed = sign({ body: text, timestamp: at });
        const changed = signed.slice(0, position) + inserted + signed.slice(position);
        const header = [...around, changed].join(',');
        if (check(header, text).ok) expect(askSdk(text, header)).to.not.equal('refused');
      }),
      { numRuns: 500 },
    );
  });
});
