import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listMails, readMail } from './mail-folder.js';
import { mailDetail, mailList, page } from './mail-views.js';

const BASE = '/dev/mail';
const LIST_LIMIT = 200;

/** What a mail may do in its frame: show itself. No script, no form, nothing from the network. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

interface Reply {
  status: number;
  policy: string;
  body: string;
}

/**
 * The mail page of `guichet dev`, for `/dev/mail` and `/dev/mail/<file>`: a plain handler, mounted at `/dev/mail` or
 * in front of an app.
 */
export function mailPage(mailDir: string): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    answer(mailDir, requestedUrl(req)).then(
      (reply) => send(res, reply),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        res
          .writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' })
          .end(`The mail folder: ${message}\n`);
      },
    );
  };
}

/** A mounting app takes its own path off `url`, and keeps the whole in `originalUrl`. */
function requestedUrl(req: IncomingMessage): URL {
  const original = 'originalUrl' in req && typeof req.originalUrl === 'string' ? req.originalUrl : req.url;
  return new URL(original ?? BASE, 'http://localhost');
}

async function answer(mailDir: string, url: URL): Promise<Reply> {
  const file = url.pathname.slice(BASE.length).replace(/^\/|\/$/g, '');
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  if (file === '') {
    const body = mailList(await listMails(mailDir, LIST_LIMIT), BASE);
    return { status: 200, policy, body: page({ title: 'Mail', body, nonce }) };
  }
  const mail = await readMail(mailDir, file);
  if (mail === undefined || (url.searchParams.get('part') === 'html' && mail.html === null)) {
    return {
      status: 404,
      policy,
      body: page({ title: 'No such mail', body: '<h1>No such mail</h1>', nonce }),
    };
  }
  if (url.searchParams.get('part') === 'html') {
    return { status: 200, policy: MAIL_POLICY, body: mail.html ?? '' };
  }
  return { status: 200, policy, body: page({ title: mail.subject, body: mailDetail(mail, BASE), nonce }) };
}

function send(res: ServerResponse, { status, policy, body }: Reply): void {
  res.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
  });
  res.end(body);
}
