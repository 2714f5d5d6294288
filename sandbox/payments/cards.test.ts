import { expect } from 'chai';
import { UNBUILT } from './card-table.js';
import { cardNamed, cardNames, cardNumbered, cardOf, passesLuhn } from './cards.js';

describe('test cards', () => {
  it('each number could be that of a card', () => {
    for (const name of cardNames())
      expect(passesLuhn(cardNamed(`pm_card_${name}`) ?? ''), name).to.equal(true);
    for (const number of Object.values(UNBUILT)) expect(passesLuhn(number), number).to.equal(true);
    expect(passesLuhn('4242424242424241')).to.equal(false);
  });

  it('payment methods and tokens have the same names', () => {
    for (const name of ['visa', 'chargeDeclined', 'createDispute', 'fr', 'threeDSecure2Required'])
      expect(cardNamed(`tok_${name}`), name)
        .to.be.a('string')
        .and.equal(cardNamed(`pm_card_${name}`));
    expect(cardNamed('tok_visa_chargeDeclined')).to.equal('4000000000000002');
    expect(cardNamed('card_visa')).to.equal(undefined);
    expect(cardNamed('pm_card_toString')).to.equal(undefined);
  });

  it('brand, country and funding are those of the number', () => {
    const of = (name: string) => {
      const { brand, country, funding, last4 } = cardOf(cardNamed(name) ?? '');
      return [brand, last4, country, funding];
    };
    expect(of('pm_card_visa')).to.deep.equal(['visa', '4242', 'US', 'credit']);
    expect(of('pm_card_amex')).to.deep.equal(['amex', '8431', 'US', 'credit']);
    expect(of('pm_card_mastercard_prepaid')).to.deep.equal(['mastercard', '5100', 'US', 'prepaid']);
    expect(of('pm_card_diners')).to.deep.equal(['diners', '0004', 'US', 'credit']);
    expect(of('pm_card_jcb')).to.deep.equal(['jcb', '0505', 'JP', 'credit']);
    expect(of('pm_card_gb_debit')).to.deep.equal(['visa', '0005', 'GB', 'debit']);
    expect(of('pm_card_th_credit')).to.deep.equal(['visa', '0003', 'TH', 'credit']);
  });

  it('each number has its own fingerprint', () => {
    const cards = [...new Set(cardNames().map((name) => cardNamed(`tok_${name}`) ?? ''))].map(cardOf);
    expect(new Set(cards.map(({ fingerprint }) => fingerprint)).size).to.equal(cards.length);
    for (const { fingerprint } of cards) expect(fingerprint).to.match(/^\w{16}$/);
  });

  it('a number that is no test card is unknown', () => {
    expect(cardNumbered('4539578763621486')).to.equal(undefined);
    expect(cardNumbered('4000000000000259')).to.include({ dispute: 'fraudulent' });
  });

  it('says so where an outcome cannot be brought about', () => {
    expect(() => cardNamed('pm_card_createMultipleDisputes')).to.throw(/does not implement/);
  });
});
