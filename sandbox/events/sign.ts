import { createHmac } from 'node:crypto';

/** `Stripe-Signature`, made anew for each attempt. The time is the wall clock's: receivers compare it with theirs. */
export function signature(body: string, secret: string, wallMs: number): string {
  const t = Math.floor(wallMs / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}
