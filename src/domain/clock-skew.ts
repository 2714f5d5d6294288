/**
 * How far two clocks are apart at least, in milliseconds: positive when the other one is ahead. The other one gave
 * `date`, in whole seconds, at some moment of a call that began at `startedAt` and took `spanMs` on our clock.
 */
export function clockSkewMs(call: { date: Date; startedAt: Date; spanMs: number }): number {
  const earliest = call.date.getTime();
  const latest = earliest + 999;
  const began = call.startedAt.getTime();
  const ended = began + call.spanMs;
  if (latest < began) return latest - began;
  return earliest > ended ? earliest - ended : 0;
}
