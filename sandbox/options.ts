export interface SandboxOptions {
  /** 0 chooses a free one. */
  port?: number;
  host?: string;
  /** A durable log: what was answered survives a kill. */
  dataFile?: string;
  /** Ids, account id and keys repeat under a seed. */
  seed?: string | number;
  clockOffsetMs?: number;
  /** Compare each answer and event with the contract; a difference is a 500. */
  fidelityChecks?: boolean;
  /** How long "some time later" is at Stripe. */
  asyncDelayMs?: number;
  webhookRetryDelaysMs?: number[];
  /** Replaces the wall clock. */
  now?: () => number;
}
