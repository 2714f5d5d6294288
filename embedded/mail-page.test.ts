import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import express from 'express';
import { mailPage } from './mail-page.js';

const mail = (subject: string, html: string): string =>
  [
    'From: Shop <shop@example.com>',
    'To: ada@example.com',
    `Subject: ${subject}`,
    'Date: Wed, 15 Jan 2025 12:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Total: 25.00 <b>USD</b>',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
    '--b--',
    '',
  ].join('\r\n');

describe('the mail page', () => {
  let mailDir: string;
  let server: Server;
  let base: string;

  beforeEach(async () => {
    mailDir = await mkdtemp(join(tmpdir(), 'guichet-mail-'));
    server = createServer(express().use('/dev/mail', mailPage(mailDir))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    base = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/dev/mail`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(mailDir, { recursive: true, force: true });
  });

  async function get(path: string): Promise<{ status: number; policy: string; body: string }> {
    const answer = await fetch(base + path);
    const policy = answer.headers.get('content-security-policy') ?? '';
    return { status: answer.status, policy, body: await answer.text() };
  }

  it('says that there is no mail yet', async () => {
    expect((await get('')).body).to.contain('No mail yet');
  });

  it('lists the newest first and leaves out files that are not finished', async () => {
    await writeFile(join(mailDir, 'first.eml'), mail('First', ''));
    await utimes(join(mailDir, 'first.eml'), 1_000, 1_000);
    await writeFile(join(mailDir, 'second.eml'), mail('Second', ''));
    await writeFile(join(mailDir, '.third.eml.tmp'), mail('Third', ''));
    const { body } = await get('/');
    expect(body).to.contain('/dev/mail/first.eml').and.not.contain('Third');
    expect(body.indexOf('Second')).to.be.below(body.indexOf('First'));
  });

  it('shows headers and text escaped, and the HTML only in a frame without rights', async () => {
    const script = '<p>Thank you</p><script>alert(1)</script>';
    await writeFile(join(mailDir, 'receipt.eml'), mail('Receipt <i>1</i>', script));
    const shown = await get('/receipt.eml');
    expect(shown.body).to.contain('Receipt &lt;i&gt;1&lt;/i&gt;').and.contain('25.00 &lt;b&gt;USD');
    expect(shown.body).to.contain('shop@example.com').and.not.contain('alert(1)');
    expect(shown.body).to.contain('<iframe sandbox ');
    expect(shown.policy).to.contain("default-src 'none'").and.not.contain('unsafe');
    const html = await get('/receipt.eml?part=html');
    expect(html.body).to.contain('<p>Thank you</p>');
    expect(html.policy)
      .to.contain("default-src 'none'")
      .and.match(/; sandbox$/);
  });

  it('reads no file outside the folder, and only reads', async () => {
    await writeFile(`${mailDir}-secret.eml`, mail('Secret', ''));
    const outside = `/..%2f${mailDir.split('/').pop()}-secret.eml`;
    for (const path of ['/none.eml', outside, '/..%2f..%2fetc%2fpasswd', '/.hidden.eml']) {
      expect((await get(path)).status, path).to.equal(404);
    }
    await rm(`${mailDir}-secret.eml`);
    expect((await fetch(base, { method: 'POST' })).status).to.equal(405);
  });
});
