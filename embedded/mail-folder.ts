import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';

export interface Mail {
  file: string;
  subject: string;
  from: string;
  to: string;
  date: Date | null;
  headers: { name: string; value: string }[];
  text: string | null;
  html: string | null;
}

/** A file of the folder and of nowhere else: no separators, no hidden or unfinished files. */
const FILE = /^\w[\w.-]*\.eml$/;

/**
 * The newest mails of the folder, the latest first.
 * @param limit how many at most
 */
export async function listMails(mailDir: string, limit: number): Promise<Mail[]> {
  const names = (await readdir(mailDir).catch(() => [])).filter((name) => FILE.test(name));
  const dated = await Promise.all(
    names.map(async (file) => ({ file, at: (await stat(join(mailDir, file))).mtimeMs })),
  );
  dated.sort((a, b) => b.at - a.at || b.file.localeCompare(a.file));
  return Promise.all(dated.slice(0, limit).map(({ file }) => parseFile(mailDir, file)));
}

/** One mail, or undefined when there is no such file. */
export async function readMail(mailDir: string, file: string): Promise<Mail | undefined> {
  if (!FILE.test(file)) return undefined;
  try {
    return await parseFile(mailDir, file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function parseFile(mailDir: string, file: string): Promise<Mail> {
  const mail = await simpleParser(await readFile(join(mailDir, file)));
  return {
    file,
    subject: mail.subject ?? '(no subject)',
    from: mail.from?.text ?? '',
    to: addresses(mail.to),
    date: mail.date ?? null,
    headers: mail.headerLines.map(({ key, line }) => ({
      name: key,
      value: line.slice(line.indexOf(':') + 1).trim(),
    })),
    text: mail.text ?? null,
    html: mail.html || null,
  };
}

function addresses(to: ParsedMail['to']): string {
  if (to === undefined) return '';
  return (Array.isArray(to) ? to : [to]).map(({ text }) => text).join(', ');
}
