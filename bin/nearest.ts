const MOST = 5;

/** Those of `known` that a mistyped name most likely means, the nearest first. */
export function nearest(given: string, known: readonly string[]): string[] {
  return known
    .map((name) => ({ name, steps: distance(given, name) - commonParts(given, name) }))
    .sort((a, b) => a.steps - b.steps)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** Whoever writes `invoice.pay` has the object right. */
function commonParts(given: string, name: string): number {
  const parts = new Set(name.split('.'));
  return given.split('.').filter((part) => parts.has(part)).length * 4;
}

/** Letters to add, take away or change (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, target] of [...other].entries()) {
      const [left = 0, above = 0, corner = 0] = [next[column], row[column + 1], row[column]];
      next.push(Math.min(left + 1, above + 1, corner + (letter === target ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
