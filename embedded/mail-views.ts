import type { Mail } from './mail-folder.js';

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; padding: 1rem; }
  iframe { width: 100%; height: 40rem; border: 1px solid #ddd; }
`;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

interface Page {
  title: string;
  body: string;
  nonce: string;
}

/** A whole page; its one style element carries the nonce of the response's policy. */
export function page({ title, body, nonce }: Page): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<meta name="viewport" content="width=device-width"><style nonce="${nonce}">${STYLE}</style></head>
<body>${body}</body></html>`;
}

/** The table of all mails, the latest first. */
export function mailList(mails: readonly Mail[], base: string): string {
  if (mails.length === 0)
    return '<h1>Mail</h1><p>No mail yet. A receipt arrives here when a payment succeeds.</p>';
  const rows = mails.map(
    ({ file, subject, to, date }) =>
      `<tr><td>${when(date)}</td><td>${escapeHtml(to)}</td><td><a href="${base}/${file}">${escapeHtml(subject)}</a></td></tr>`,
  );
  return `<h1>Mail</h1><table><thead><tr><th>Date</th><th>To</th><th>Subject</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

/** One mail: its HTML in a frame without rights, its text, its headers. */
export function mailDetail(mail: Mail, base: string): string {
  const headers = mail.headers.map(
    ({ name, value }) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const html =
    mail.html === null
      ? ''
      : `<h2>HTML</h2><iframe sandbox title="The mail as HTML" src="${base}/${mail.file}?part=html"></iframe>`;
  const text = mail.text === null ? '' : `<h2>Text</h2><pre>${escapeHtml(mail.text)}</pre>`;
  return `<p><a href="${base}">All mail</a></p><h1>${escapeHtml(mail.subject)}</h1>
<p>From ${escapeHtml(mail.from)} to ${escapeHtml(mail.to)}, ${when(mail.date)}</p>
${html}${text}<h2>Headers</h2><table><tbody>${headers.join('\n')}</tbody></table>`;
}

function when(date: Date | null): string {
  return date === null ? '' : `<time>${date.toISOString().replace('T', ' ').slice(0, 19)} UTC</time>`;
}
