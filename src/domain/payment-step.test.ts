import { expect } from 'chai';
import { type PaymentStepAsked, stepEndedBy } from './payment-step.js';

describe('what a PaymentIntent says about a capture or cancel of it', () => {
  const capture: PaymentStepAsked = { action: 'capture', amount: 600 };
  const cancel: PaymentStepAsked = { action: 'cancel' };
  const cases: [status: string, received: number, ofCapture: string, ofCancel: string][] = [
    ['requires_payment_method', 0, 'open', 'open'],
    ['requires_confirmation', 0, 'open', 'open'],
    ['requires_action', 0, 'open', 'open'],
    ['processing', 0, 'open', 'open'],
    ['requires_capture', 0, 'open', 'open'],
    ['a_new_one', 0, 'open', 'open'],
    ['succeeded', 600, 'done', 'refused'],
    ['succeeded', 2500, 'refused', 'refused'],
    ['canceled', 0, 'refused', 'done'],
  ];
  for (const [status, amountReceived, ofCapture, ofCancel] of cases) {
    it(`${status} with ${amountReceived} received: capture of 600 ${ofCapture}, cancel ${ofCancel}`, () => {
      const intent = { status, amountReceived };
      expect(stepEndedBy(capture, intent)).to.equal(ofCapture);
      expect(stepEndedBy(cancel, intent)).to.equal(ofCancel);
    });
  }
});
