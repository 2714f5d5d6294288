const LINES = 8;
const MAX_LINE = 300;

/** The last lines of a mongod log, its JSON made readable. */
export function explainLog(log: string): string {
  return log.trim().split('\n').slice(-LINES).map(readable).join('\n');
}

function readable(line: string): string {
  return shorten(line).slice(0, MAX_LINE);
}

function shorten(line: string): string {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('msg' in entry)) return line;
    const level = 's' in entry ? `${String(entry.s)} ` : '';
    const details = 'attr' in entry ? ` ${JSON.stringify(entry.attr)}` : '';
    return `${level}${String(entry.msg)}${details}`;
  } catch {
    return line;
  }
}
