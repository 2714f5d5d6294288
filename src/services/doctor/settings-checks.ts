import type { Config, ConfigProblem } from '../../config/env.js';
import { MailError, verifyMailServer } from '../receipts/mailer.js';
import { type Check, CheckFailure, type Finding, failed, ok, warning } from './check.js';

export interface Settings {
  config: Config;
  problems: readonly ConfigProblem[];
}

const EXAMPLE = /, for example .*$/;

/** Throws CheckFailure when one of the settings that a check goes by is wrong or missing. */
export function requireSettings({ problems }: Pick<Settings, 'problems'>, ...names: string[]): void {
  const found = problems.filter(({ name }) => names.includes(name));
  if (found.length === 0) return;
  const why = found.map(({ name, message }) => `${name} ${message.replace(EXAMPLE, '')}`).join('; ');
  throw new CheckFailure(
    `not checked: ${why}`,
    `correct ${found.map(({ name }) => name).join(' and ')}, as the check configuration tells`,
  );
}

/** What `guichet serve` would refuse to start for, all at once. */
export function configurationCheck({ problems }: Settings): Check {
  return {
    name: 'configuration',
    async run() {
      if (problems.length === 0) return ok('every setting that guichet serve needs is there and valid');
      const each = problems.map(({ name, message }) => `${name}: ${message}`).join('; ');
      return failed(
        `${problems.length} problem(s): ${each}`,
        'set these in the environment or in .env; .env.example explains each',
      );
    },
  };
}

/** `whsec_` and what Stripe's dashboard (32 characters) or its command line (64) puts behind it. */
const SECRET = /^whsec_[\w+/=-]{24,}$/;

/** How the secrets look: whether one is the endpoint's, only an event can tell, because Stripe shows it once. */
export function webhookSecretsCheck(settings: Settings): Check {
  return {
    name: 'webhook secrets',
    run: async () => judgeSecrets(settings, 'STRIPE_WEBHOOK_SECRETS', settings.config.stripe.webhookSecrets),
  };
}

export function connectWebhookSecretsCheck(settings: Settings): Check {
  return {
    name: 'Connect webhook secrets',
    async run() {
      const secrets = settings.config.stripe.connectWebhookSecrets;
      const finding = judgeSecrets(settings, 'STRIPE_CONNECT_WEBHOOK_SECRETS', secrets);
      return secrets.length === 0 ? ok('none: events of connected accounts are not taken') : finding;
    },
  };
}

function judgeSecrets(settings: Settings, name: string, secrets: readonly string[]): Finding {
  requireSettings(settings, name);
  const wrong = secrets.flatMap((secret, index) => (SECRET.test(secret) ? [] : [index + 1]));
  if (wrong.length > 0)
    return failed(
      `entry ${wrong.join(', ')} of ${name} is too short or has characters that no signing secret has`,
      `copy the whole signing secret of the webhook endpoint from the Stripe dashboard into ${name}`,
    );
  if (new Set(secrets).size < secrets.length)
    return warning(`${name} names a secret twice`, 'remove the second one');
  return ok(secrets.length === 1 ? 'one, well-formed' : `${secrets.length}, well-formed`);
}

/** The page takes cards of its key's mode only. */
export function checkoutPageCheck(settings: Settings): Check {
  return {
    name: 'checkout page',
    async run() {
      requireSettings(settings, 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_MODE', 'STRIPE_SECRET_KEY');
      const { checkout, stripe } = settings.config;
      if (checkout === null) return ok('off: STRIPE_PUBLISHABLE_KEY is not set');
      return ok(`its publishable key is a ${stripe.mode} key, as STRIPE_MODE says`);
    },
  };
}

/** Says EHLO, and logs in where SMTP_URL names a user. No mail is sent. */
export function smtpCheck(settings: Settings, timeoutMs: number): Check {
  return {
    name: 'SMTP',
    async run() {
      requireSettings(settings, 'SMTP_URL');
      const { smtpUrl, sender } = settings.config.receipts;
      if (smtpUrl === null) return ok(`not needed: RECEIPTS=${sender}`);
      try {
        await verifyMailServer(smtpUrl, timeoutMs);
      } catch (error) {
        if (error instanceof MailError) throw smtpFailure(error, new URL(smtpUrl).host);
        throw error;
      }
      return ok(new URL(smtpUrl).username === '' ? 'answers' : 'answers and takes the login');
    },
  };
}

function smtpFailure({ code }: MailError, host: string): CheckFailure {
  return code === 'EAUTH'
    ? new CheckFailure(
        `${host} refuses the login`,
        'correct user and password in SMTP_URL; special characters are percent-encoded',
      )
    : new CheckFailure(
        `${host} cannot be reached: ${code}`,
        'correct host, port and scheme (smtp or smtps) in SMTP_URL, or open the firewall; without a mail server, set RECEIPTS=stripe or RECEIPTS=off, and no ALERT_EMAIL',
      );
}
