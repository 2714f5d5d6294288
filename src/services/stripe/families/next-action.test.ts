import { expect } from 'chai';
import type Stripe from 'stripe';
import { nextActionOf } from './next-action.js';

type Action = Stripe.PaymentIntent.NextAction;

const PAGE = 'https://pay.example/page';
const OTHER = 'https://other.example/';

/** Every type of stripe@17.5.0, with the member that leads the customer on; the compiler knows when one is new. */
const TYPES: Record<Exclude<keyof Action, 'type'>, Record<string, unknown> | null> = {
  alipay_handle_redirect: { native_url: OTHER, return_url: OTHER, url: PAGE },
  boleto_display_details: { hosted_voucher_url: PAGE, pdf: OTHER },
  card_await_notification: null,
  cashapp_handle_redirect_or_display_qr_code: { hosted_instructions_url: PAGE, mobile_auth_url: OTHER },
  display_bank_transfer_instructions: { hosted_instructions_url: PAGE },
  konbini_display_details: { hosted_voucher_url: PAGE },
  multibanco_display_details: { hosted_voucher_url: PAGE },
  oxxo_display_details: { hosted_voucher_url: PAGE },
  paynow_display_qr_code: { hosted_instructions_url: PAGE, image_url_png: OTHER },
  pix_display_qr_code: { hosted_instructions_url: PAGE },
  promptpay_display_qr_code: { hosted_instructions_url: PAGE },
  redirect_to_url: { return_url: OTHER, url: PAGE },
  swish_handle_redirect_or_display_qr_code: { hosted_instructions_url: PAGE, mobile_auth_url: OTHER },
  use_stripe_sdk: null,
  verify_with_microdeposits: { hosted_verification_url: PAGE },
  wechat_pay_display_qr_code: { hosted_instructions_url: PAGE, image_data_url: OTHER },
  wechat_pay_redirect_to_android_app: null,
  wechat_pay_redirect_to_ios_app: { native_url: PAGE },
};

describe('what the customer must do next', () => {
  for (const [type, details] of Object.entries(TYPES)) {
    it(`${type} ${details ? 'has the address that leads on' : 'has no address'}`, () => {
      const action = nextActionOf({ type, [type]: details ?? {} } as Action);
      expect(action).to.deep.equal({ type, redirectUrl: details ? PAGE : null });
    });
  }

  it('use_stripe_sdk gives nothing of what is meant for Stripe.js alone', () => {
    const use_stripe_sdk = { type: 'three_d_secure_redirect', stripe_js: PAGE, url: PAGE };
    expect(nextActionOf({ type: 'use_stripe_sdk', use_stripe_sdk } as Action)?.redirectUrl).to.equal(null);
  });

  it('a type that is not known yet is told by its name', () => {
    expect(nextActionOf({ type: 'blink' })).to.deep.equal({ type: 'blink', redirectUrl: null });
    expect(nextActionOf(null)).to.equal(null);
  });
});
