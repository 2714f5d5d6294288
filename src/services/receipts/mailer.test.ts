import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createFolderMailer, createSmtpMailer, MailError, type MailMessage, messageIdOf } from './mailer.js';

const from = 'Example Shop <receipts@example.com>';

function message(fields: Partial<MailMessage> = {}): MailMessage {
  return {
    to: 'ann@example.org',
    from,
    subject: 'Votre reçu : 12,50 €',
    text: 'Merci\n',
    html: '<p>Merci</p>',
    messageId: messageIdOf('receipt:pay_1:0', from),
    ...fields,
  };
}

async function failureOf(sending: Promise<void>): Promise<MailError> {
  try {
    await sending;
  } catch (thrown) {
    if (thrown instanceof MailError) return thrown;
    throw thrown;
  }
  throw new Error('it was sent');
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

describe('messageIdOf', () => {
  it('is the same for the same effect, and different for another', () => {
    expect(messageIdOf('receipt:pay_1:0', from)).to.equal('<receipt.pay_1.0@example.com>');
    expect(messageIdOf('receipt:pay_1:0', 'a@b.example')).to.equal('<receipt.pay_1.0@b.example>');
    expect(messageIdOf('receipt:pay_1:1', from)).to.not.equal(messageIdOf('receipt:pay_1:0', from));
  });

  it('refuses a key that could collide, or name another file or header', () => {
    for (const key of ['', '../x', 'a.b', 'a b', 'a>\r\nBcc: x']) {
      expect(() => messageIdOf(key, from), key).to.throw(RangeError);
    }
  });
});

describe('the SMTP mailer, on a real socket', () => {
  let server: SMTPServer | null = null;
  const received: string[] = [];

  async function start(options: SMTPServerOptions = {}): Promise<string> {
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          received.push(Buffer.concat(chunks).toString('utf8'));
          done();
        });
      },
      ...options,
    });
    return listen(server.server);
  }

  afterEach(async () => {
    received.length = 0;
    const running = server;
    server = null;
    if (running !== null) await new Promise<void>((resolve) => running.close(() => resolve()));
  });

  it('sends text and HTML with the Message-ID of the effect', async () => {
    const url = await start();
    await createSmtpMailer(url).send(message({ headers: { 'X-Guichet-Effect': 'receipt:pay_1:0' } }));
    const mail = await simpleParser(received.join(''));
    expect(mail.subject).to.equal('Votre reçu : 12,50 €');
    expect(mail.messageId).to.equal('<receipt.pay_1.0@example.com>');
    expect(mail.from?.text).to.include('receipts@example.com');
    expect(mail.text).to.include('Merci');
    expect(mail.html).to.include('<p>Merci</p>');
    expect(mail.headers.get('auto-submitted')).to.equal('auto-generated');
    expect(mail.headers.get('x-guichet-effect')).to.equal('receipt:pay_1:0');
  });

  it('sends what fails now and would pass later again: the failure is not permanent', async () => {
    const url = await start({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('busy'), { responseCode: 451 })),
    });
    const error = await failureOf(createSmtpMailer(url).send(message()));
    expect(error).to.include({ permanent: false });
  });

  it('knows a mailbox that does not exist, and keeps its address out of the error', async () => {
    const url = await start({
      onRcptTo(address, _session, done) {
        done(Object.assign(new Error(`no ${address.address} here`), { responseCode: 550 }));
      },
    });
    const error = await failureOf(createSmtpMailer(url).send(message()));
    expect(error).to.include({ permanent: true, code: 'EENVELOPE' });
    expect(`${error.stack} ${error.cause}`).to.not.include('ann@');
  });

  it('fails for now when nobody listens', async () => {
    const url = await start();
    await new Promise<void>((resolve) => server?.close(() => resolve()));
    server = null;
    expect(await failureOf(createSmtpMailer(url).send(message()))).to.include({ permanent: false });
  });

  it('fails for now when the server dies in the middle of the message', async () => {
    const url = await start({
      onData: (stream, session) => void stream.once('data', () => closeSession(session.id)),
    });
    const closeSession = (id: string) => {
      for (const connection of server?.connections ?? []) {
        if (connection.session.id === id) connection.close();
      }
    };
    expect(await failureOf(createSmtpMailer(url, { timeoutMs: 500 }).send(message()))).to.include({
      permanent: false,
    });
  });

  it('gives up on a server that says nothing', async () => {
    const silent = createServer(() => undefined);
    const url = await listen(silent);
    const started = Date.now();
    expect(await failureOf(createSmtpMailer(url, { timeoutMs: 200 }).send(message()))).to.include({
      permanent: false,
    });
    expect(Date.now() - started).to.be.below(2000);
    silent.close();
  });

  it('does not read files or URLs that a message names', async () => {
    const url = await start();
    const path = { path: '/etc/hostname' } as never;
    expect(await failureOf(createSmtpMailer(url).send(message({ text: path })))).to.be.instanceOf(MailError);
    expect(received).to.deep.equal([]);
  });
});

describe('the folder mailer', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'guichet-mail-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('writes one whole .eml file per effect; sending again overwrites it', async () => {
    const mailer = createFolderMailer(path.join(folder, 'mail'));
    await mailer.send(message());
    await mailer.send(message({ subject: 'Again' }));
    await mailer.send(message({ messageId: messageIdOf('receipt:pay_2:0', from) }));
    const names = await readdir(path.join(folder, 'mail'));
    expect(names.sort()).to.deep.equal(['receipt.pay_1.0.eml', 'receipt.pay_2.0.eml']);
    const mail = await simpleParser(await readFile(path.join(folder, 'mail', 'receipt.pay_1.0.eml')));
    expect(mail.subject).to.equal('Again');
    expect(mail.html).to.include('<p>Merci</p>');
  });

  it('writes nowhere else', async () => {
    for (const messageId of ['<../../x@y>', 'x', '<a/b@y>', '']) {
      try {
        await createFolderMailer(folder).send(message({ messageId }));
        expect.fail(`${messageId} was written`);
      } catch (thrown) {
        expect(thrown).to.be.instanceOf(RangeError);
      }
    }
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
