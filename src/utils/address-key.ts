import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/** As Express's `trust proxy fn`: whether what stands `hop` steps before us may name the one before it. */
export type TrustsProxy = (address: string, hop: number) => boolean;

/** The address that a request comes from, as Express's `req.ip`: the last one that no trusted proxy vouches for. */
export function clientAddress({ headers, socket }: IncomingMessage, trusts: TrustsProxy): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  const hops = [socket.remoteAddress ?? '', ...forwarded.reverse()];
  return hops.find((address, hop) => !trusts(address, hop)) ?? hops.at(-1) ?? '';
}

/**
 * What counts as one address: an IPv4 address, or the /56 of an IPv6 one, since a household or a rented machine has at
 * least that much to choose from.
 */
export function addressKey(address: string | undefined): string {
  const [plain = ''] = (address ?? '').split('%');
  const mapped = /^::ffff:([\d.]+)$/i.exec(plain)?.[1] ?? plain;
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(plain)) return 'unknown';
  const [first = 0, second = 0, third = 0, fourth = 0] = groupsOf(plain);
  return `${[first, second, third, fourth & 0xff00].map((group) => group.toString(16)).join(':')}::/56`;
}

/** All eight groups of a valid address. */
function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = withoutDots(address).split('::');
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/** `64:ff9b::192.0.2.1` ends in two groups that are written as IPv4. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}
