/** Time that passes, so that tests can let it pass. */
export interface Timer {
  /** Milliseconds of a clock that never goes back. */
  nowMs(): number;
  /** Calls `work` once after `ms` milliseconds; what it returns prevents that. */
  after(ms: number, work: () => void): () => void;
}

export const systemTimer: Timer = {
  nowMs: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
