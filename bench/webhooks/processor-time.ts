import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const MICROS_A_TICK = 10_000;
const [PARENT, USER, SYSTEM, REAPED_USER, REAPED_SYSTEM] = [1, 11, 12, 13, 14];

/** CPU time in microseconds of a process and its children; null where there is no /proc. */
export function processorTime(pid: number): number | null {
  const own = fieldsOf(pid);
  if (own === null) return null;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => fieldsOf(Number(name)))
    .filter((fields) => fields?.[PARENT] === pid);
  const ticks = [own, ...children].map((fields) => {
    return [USER, SYSTEM, REAPED_USER, REAPED_SYSTEM].reduce((sum, at) => sum + (fields?.[at] ?? 0), 0);
  });
  return ticks.reduce((sum, each) => sum + each, 0) * MICROS_A_TICK;
}

/** What follows the name, which may hold spaces. The first is the state, and no number. */
function fieldsOf(pid: number): number[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return null;
  }
}
