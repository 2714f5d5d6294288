/**
 * Resolves at the first SIGINT or SIGTERM. A second one ends the process at once: somebody is impatient. Called before
 * anybody is told that the process runs: who reads that may end it at once.
 */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      for (const name of SIGNALS) {
        process.off(name, onSignal);
        process.once(name, () => process.exit(130));
      }
      resolve(signal);
    };
    for (const name of SIGNALS) process.on(name, onSignal);
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
