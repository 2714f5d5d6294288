import type { Config } from '../../config/env.js';
import { clockSkewMs } from '../../domain/clock-skew.js';
import type { StripeAnswer } from '../../domain/stripe-answer.js';
import { type Check, CheckFailure, type Finding, failed, ok, warning } from './check.js';

/** Signatures die at 300 s; a clock that is off by this much is on its way there. */
const SKEW_FAILS_MS = 120_000;
const SKEW_WARNS_MS = 5000;
const SYNCHRONISE = 'synchronise the clock of this machine (NTP, for example chrony or systemd-timesyncd)';

/** What Stripe says of the key, and the mode of the key, which the configuration has compared with STRIPE_MODE. */
export function stripeKeyCheck(readAccount: () => Promise<StripeAnswer>, stripe: Config['stripe']): Check {
  return {
    name: 'Stripe key',
    async run() {
      const answer = await readAccount();
      if (answer.type !== 'object') throw noAnswer(answer, stripe);
      const { id } = answer.object;
      if (stripe.accountId !== null && stripe.accountId !== id)
        return failed(
          `the key is of account ${id}, though STRIPE_ACCOUNT_ID is ${stripe.accountId}`,
          'set STRIPE_SECRET_KEY and STRIPE_ACCOUNT_ID of the same account',
        );
      return ok(`account ${id}, ${stripe.mode} mode`);
    },
  };
}

/** Stripe's `Date` against this machine: a webhook's signature holds for 300 s. */
export function clockCheck(readAccount: () => Promise<StripeAnswer>): Check {
  return {
    name: 'clock',
    async run() {
      const answer = await readAccount();
      if (answer.type === 'none')
        throw new CheckFailure('not checked: Stripe cannot be reached', 'mend the check Stripe key first');
      // The gateway puts our own time where Stripe gave none.
      if (answer.date === answer.startedAt)
        return warning('not checked: the answer of Stripe has no Date', 'see which proxy takes it away');
      return judgeSkew(clockSkewMs(answer));
    },
  };
}

function judgeSkew(skewMs: number): Finding {
  const off = Math.abs(skewMs);
  const told = `this machine is ${Math.round(off / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} Stripe`;
  if (off > SKEW_FAILS_MS)
    return failed(`${told}; signatures of webhooks are refused from 300 s on`, SYNCHRONISE);
  return off > SKEW_WARNS_MS ? warning(told, SYNCHRONISE) : ok('agrees with that of Stripe');
}

/** Why Stripe gave no object, with what to do. Nothing of its text: it quotes keys. */
export function noAnswer(
  answer: Exclude<StripeAnswer, { type: 'object' }>,
  { apiBaseUrl }: Pick<Config['stripe'], 'apiBaseUrl'>,
): CheckFailure {
  if (answer.type === 'none')
    return new CheckFailure(
      `no answer from ${new URL(apiBaseUrl).host}: ${answer.reason}`,
      'let this machine reach it over HTTPS (firewall, proxy, DNS), or correct STRIPE_API_BASE_URL',
    );
  if (answer.status === 401)
    return new CheckFailure(
      'Stripe does not know the key (401)',
      'copy a secret or restricted key from the Stripe dashboard, Developers, API keys, into STRIPE_SECRET_KEY',
    );
  if (answer.status === 403)
    return new CheckFailure(
      'the key may not read the account (403)',
      'give the restricted key the permission to read it in the Stripe dashboard',
    );
  return new CheckFailure(`Stripe answered ${answer.status}`, 'try again; see https://status.stripe.com');
}
