import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';

export interface MailMessage {
  to: string;
  from: string;
  subject: string;
  text: string;
  /** Absent for a mail to people of the house. */
  html?: string;
  /** From `messageIdOf`, so that sending again is recognised as the same message. */
  messageId: string;
  headers?: Readonly<Record<string, string>>;
}

/** Sends at least once. Throws MailError; a message that was sent and not acknowledged is sent again. */
export interface Mailer {
  send(message: MailMessage): Promise<void>;
}

/** Holds no address and no text of the server, which quotes addresses. */
export class MailError extends Error {
  override readonly name = 'MailError';
  /** True when sending the same message again cannot succeed (no such mailbox). */
  readonly permanent: boolean;
  readonly code: string;

  constructor(code: string, responseCode: number | null) {
    super(
      `the mail could not be sent: ${code}${responseCode === null ? '' : `, the server said ${responseCode}`}`,
    );
    this.code = code;
    // A refused login is ours to mend: the same message can be sent afterwards.
    this.permanent = responseCode !== null && responseCode >= 500 && code !== 'EAUTH';
  }
}

/**
 * The Message-ID of an effect: `receipt:pay_1:0` gives `<receipt.pay_1.0@example.com>`. Two keys never share one.
 * Throws RangeError for a key with other characters than letters, digits, `_`, `-` and `:`.
 */
export function messageIdOf(effectKey: string, from: string): string {
  if (!/^[\w:-]+$/.test(effectKey))
    throw new RangeError('an effect key has letters, digits, _, - and : only');
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return `<${effectKey.replaceAll(':', '.')}@${domain}>`;
}

/** Sends through the server of an `smtp://` or `smtps://` URL; each step of the dialogue may take `timeoutMs`. */
export function createSmtpMailer(url: string, options: { timeoutMs?: number } = {}): Mailer {
  const timeout = options.timeoutMs ?? 10_000;
  const transport = createTransport({
    url,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    ...noFileAccess,
  });
  return {
    async send(message) {
      try {
        await transport.sendMail(toMail(message));
      } catch (thrown) {
        throw mailErrorOf(thrown);
      }
    },
  };
}

/** Connects, says EHLO and logs in where the URL names a user; sends nothing. Throws MailError. */
export async function verifyMailServer(url: string, timeoutMs: number): Promise<void> {
  const timeouts = {
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  };
  const transport = createTransport({ url, ...timeouts, ...noFileAccess });
  try {
    await transport.verify();
  } catch (thrown) {
    throw mailErrorOf(thrown);
  } finally {
    transport.close();
  }
}

/**
 * Writes each message as an `.eml` file named after its Message-ID, so that sending again overwrites it. A reader
 * never sees half a file.
 */
export function createFolderMailer(folder: string): Mailer {
  const transport = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    ...noFileAccess,
  });
  return {
    async send(message) {
      const name = /^<([\w.-]+)@/.exec(message.messageId)?.[1];
      if (name === undefined) throw new RangeError('the Message-ID names no file');
      const { message: content } = await transport.sendMail(toMail(message));
      if (!Buffer.isBuffer(content)) throw new TypeError('the message was not buffered');
      await mkdir(folder, { recursive: true });
      const unfinished = path.join(folder, `.${name}.${randomUUID()}`);
      await writeFile(unfinished, content);
      await rename(unfinished, path.join(folder, `${name}.eml`));
    },
  };
}

/** A message is text of ours and of customers: it never makes the process read a file or a URL. */
const noFileAccess = { disableFileAccess: true, disableUrlAccess: true };

function toMail(message: MailMessage): SendMailOptions {
  const { headers, ...rest } = message;
  // Mail systems answer such a message with no out-of-office reply.
  return { ...rest, headers: { ...headers, 'Auto-Submitted': 'auto-generated' } };
}

function mailErrorOf(thrown: unknown): MailError {
  const { code, responseCode } = thrown as { code?: unknown; responseCode?: unknown };
  return new MailError(
    typeof code === 'string' ? code : 'EUNKNOWN',
    typeof responseCode === 'number' ? responseCode : null,
  );
}
