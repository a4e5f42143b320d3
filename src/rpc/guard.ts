/** Who may talk to the server over HTTP: decisions only, by headers. */
import { isIP } from 'node:net';

/** `localhost:8545` -> `localhost`, `[::1]:8545` -> `::1`. */
function hostName(hostHeader: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hostHeader);
  return bracketed ? bracketed[1]! : hostHeader.replace(/:\d+$/, '').toLowerCase();
}

/**
 * A name in the Host header must be one we expect. An address needs no check: DNS rebinding needs a name. No header
 * at all is no browser (geth `node/rpcstack.go`).
 */
export function isHostAllowed(hostHeader: string | undefined, vhosts: readonly string[]): boolean {
  if (hostHeader === undefined || hostHeader === '') return true;
  const name = hostName(hostHeader);
  return isIP(name) !== 0 || vhosts.includes('*') || vhosts.some((vhost) => vhost.toLowerCase() === name);
}

/** Headers that let the page at `origin` read the answer; none when it may not. */
export function corsHeaders(
  origin: string | undefined,
  corsDomains: readonly string[],
): Record<string, string> | undefined {
  if (origin === undefined) return undefined;
  if (corsDomains.includes('*')) return { 'access-control-allow-origin': '*' };
  if (!corsDomains.includes(origin)) return undefined;
  return { 'access-control-allow-origin': origin, vary: 'Origin' };
}

/** What a page allowed to read may send: the answer to a browser's preflight, besides `corsHeaders`. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '600',
};
