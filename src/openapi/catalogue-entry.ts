/** An error that an endpoint may answer: its status, and an example of what it tells. */
export interface CatalogueEntry {
  status: number;
  detail: string;
  /** Present where the same request may succeed later; such an answer is never kept for its Idempotency-Key. */
  retryAfterSeconds?: number;
  errors?: readonly { path: string; message: string; code: string }[];
  stripe?: { type: string; code: string; declineCode: string | null };
  extra?: Record<string, string | number>;
}
