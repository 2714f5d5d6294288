const LAST = 5;
const FAILURES = 3;
const MAX_LINE = 300;

/** The failures and the last lines of a mongod log, its JSON made readable. */
export function explainLog(log: string): string {
  const lines = log.trim().split('\n').map(readable);
  const end = lines.length - LAST;
  const failures = lines.slice(0, Math.max(0, end)).filter((line) => /^[EF] /.test(line));
  return [...failures.slice(-FAILURES), ...lines.slice(-LAST)].join('\n');
}

function readable(line: string): string {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('msg' in entry)) return line.slice(0, MAX_LINE);
    const level = 's' in entry ? `${String(entry.s)} ` : '';
    const details = 'attr' in entry ? ` ${JSON.stringify(entry.attr)}` : '';
    return `${level}${String(entry.msg)}${details}`.slice(0, MAX_LINE);
  } catch {
    return line.slice(0, MAX_LINE);
  }
}
