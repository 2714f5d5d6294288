export interface Loop {
  /** There is work: the loop need not wait for its next look. */
  wake(): void;
  /** Resolves when the run under way has ended. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  /** Does what is due; tells whether more may be. */
  run(): Promise<'busy' | 'idle'>;
  /** Milliseconds between two looks when idle. */
  idleMs: number;
  logger: { warn(context: object, message: string): void };
}

const PAUSE_AFTER_ERROR_MS = 500;

/** Runs again and again, one run at a time, until stopped. A run that throws is told of and tried again. */
export function startLoop({ name, run, idleMs, logger }: LoopOptions): Loop {
  let stopped = false;
  let woken = false;
  let interrupt: () => void = () => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function once(): Promise<void> {
    try {
      woken = false;
      const outcome = await run();
      if (outcome === 'idle' && !woken && !stopped) await pause(idleMs);
    } catch (error) {
      logger.warn({ err: error, loop: name }, 'A run of the worker failed');
      if (!stopped) await pause(PAUSE_AFTER_ERROR_MS);
    }
  }

  async function forever(): Promise<void> {
    while (!stopped) await once();
  }

  const ended = forever();
  return {
    wake() {
      woken = true;
      interrupt();
    },
    stop() {
      stopped = true;
      interrupt();
      return ended;
    },
  };
}
