export const scopes = ['payments:read', 'payments:write', 'ops'] as const;
export type Scope = (typeof scopes)[number];

export interface ApiKeyRow {
  _id: string;
  name: string;
  /** SHA-256 of the whole key: 256 random bits need no slow hash. */
  hash: string;
  /** The first characters, so that a person can tell keys apart. */
  hint: string;
  scopes: Scope[];
  createdAt: Date;
  revokedAt: Date | null;
}
