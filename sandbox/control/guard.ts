import { isIP } from 'node:net';
import type { ApiRequest } from '../http/exchange.js';

/**
 * Why a request to the control plane or a page is refused; undefined lets it in. There is no key, so a web page that the
 * developer happens to have open must not reach in: neither from its own origin, nor by pointing its own name here.
 */
export function refusal({ headers }: ApiRequest, allowedHosts: readonly string[]): string | undefined {
  const { host, origin } = headers;
  if (host !== undefined && !isKnownHost(String(host), allowedHosts))
    return `the host '${String(host)}' is not known: call the sandbox by an IP address or localhost, or name it in allowedHosts (--allow-host)`;
  const site = headers['sec-fetch-site'];
  const isForeignOrigin =
    typeof origin === 'string' && (!URL.canParse(origin) || new URL(origin).host !== host);
  // A link to a page may be followed from anywhere; what it then does comes from the page itself.
  const isForeignFetch =
    (site === 'cross-site' || site === 'same-site') && headers['sec-fetch-mode'] !== 'navigate';
  if (isForeignOrigin || isForeignFetch) return 'a page of another origin may not control the sandbox';
  return undefined;
}

/** An address cannot be pointed elsewhere, and a name without a dot is not the internet's. */
function isKnownHost(host: string, allowed: readonly string[]): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost') || allowed.includes(name);
}

/** A form of another page can send anything but this type without asking first. */
export function isJson({ headers, body }: ApiRequest): boolean {
  return body === '' || /^application\/json\b/.test(String(headers['content-type']));
}
