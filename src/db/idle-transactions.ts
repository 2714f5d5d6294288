import type { MongoClient } from 'mongodb';
import { APP_NAME } from './connect.js';

interface IdleSession {
  lsid?: { id: unknown; uid?: unknown };
  transaction?: { timeOpenMicros?: number };
}

/**
 * Ends transactions of ours that nobody works at any more: a killed process leaves its own open for 60 s, and its rows
 * cannot be written meanwhile. Returns how many were ended.
 */
export async function endIdleTransactions(client: MongoClient, olderThanMs: number): Promise<number> {
  const admin = client.db('admin');
  const stages = [
    { $currentOp: { allUsers: false, idleSessions: true } },
    {
      $match: {
        type: 'idleSession',
        'clientMetadata.application.name': APP_NAME,
        'transaction.timeInactiveMicros': { $gte: olderThanMs * 1000 },
      },
    },
  ];
  const idle = await admin.aggregate<IdleSession>(stages, { readConcern: { level: 'local' } }).toArray();
  const sessions = idle.flatMap(({ lsid }) => (lsid ? [{ id: lsid.id }] : []));
  if (sessions.length > 0) await admin.command({ killSessions: sessions });
  return sessions.length;
}
