import { expect } from 'chai';
import { cardNamed, cardNumbered, cardOf, passesLuhn, testCards } from './cards.js';

describe('test cards', () => {
  it('have numbers that pass the check, once each', () => {
    const numbers = testCards().map(({ number }) => number);
    expect(numbers.filter((number) => !passesLuhn(number))).to.deep.equal([]);
    expect(new Set(numbers.map((number) => cardOf(number).fingerprint))).to.have.lengthOf(numbers.length);
    expect(passesLuhn('4242424242424241')).to.equal(false);
  });

  it('go by payment method, token and number alike', () => {
    for (const name of ['pm_card_visa', 'tok_visa']) expect(cardNamed(name)).to.equal('4242424242424242');
    expect(cardNamed('pm_card_visa_chargeDeclined')).to.equal(cardNamed('tok_chargeDeclined'));
    expect(cardNamed('tok_mastercard_prepaid')).to.equal('5105105105105100');
    expect(cardNamed('visa')).to.equal(undefined);
    expect(cardNumbered('4242 4242-4242 4242')?.brand).to.equal('visa');
    expect(cardNumbered('4012888888881881')).to.equal(undefined);
  });

  it('tell their own codes from the decline codes', () => {
    const declineOf = (name: string) => cardOf(cardNamed(`pm_card_chargeDeclined${name}`) ?? '').decline;
    for (const [name, declineCode] of [
      ['', 'generic_decline'],
      ['InsufficientFunds', 'insufficient_funds'],
      ['LostCard', 'lost_card'],
      ['StolenCard', 'stolen_card'],
      ['Fraudulent', 'fraudulent'],
      ['VelocityLimitExceeded', 'card_velocity_exceeded'],
    ] as const)
      expect(declineOf(name))
        .to.include({ code: 'card_declined', declineCode })
        .and.not.have.property('param');
    expect(declineOf('ExpiredCard')).to.include({ code: 'expired_card', param: 'exp_month' });
    expect(declineOf('IncorrectCvc')).to.include({ code: 'incorrect_cvc', param: 'cvc' });
    expect(declineOf('ProcessingError')).to.include({ code: 'processing_error' });
    expect(declineOf('ExpiredCard')).not.to.have.property('declineCode');
  });
});
