export interface SandboxOptions {
  /** 0 chooses a free one. */
  port?: number;
  host?: string;
  /** A durable log: what was answered survives a kill. */
  dataFile?: string;
  /**
   * Names under which its page and control plane may be called from outside, besides IP addresses, localhost and names
   * without a dot: anything else may be a web page that points its own name here.
   */
  allowedHosts?: readonly string[];
  /** Ids, account id and keys repeat under a seed. */
  seed?: string | number;
  /** Freezes the clock here (a date, or milliseconds): from then on only the control plane and `idle` move it. */
  startTime?: Date | number;
  clockOffsetMs?: number;
  /** Compare each answer and event with the contract; a difference is a 500. */
  fidelityChecks?: boolean;
  /** How long "some time later" is at Stripe. */
  asyncDelayMs?: number;
  webhookRetryDelaysMs?: number[];
  /** Replaces the wall clock. */
  now?: () => number;
}
