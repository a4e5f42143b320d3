/** Who may talk to the server, over HTTP or WebSocket: decisions only, by headers. */
import { createHash, timingSafeEqual } from 'node:crypto';
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
  'access-control-allow-headers': 'content-type, authorization',
  'access-control-max-age': '600',
};

/** `http://localhost:3000`, of which a rule may leave out the scheme and the port. */
const ORIGIN = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?$/;

/**
 * A page may open a WebSocket to anywhere, and CORS does not hold it back, so the server must look at its origin.
 * Browsers always send one; a client without is none (geth `rpc/websocket.go`: wsHandshakeValidator).
 */
export function isOriginAllowed(origin: string | undefined, rules: readonly string[]): boolean {
  if (origin === undefined || rules.includes('*')) return true;
  const given = ORIGIN.exec(origin.toLowerCase());
  if (given === null) return false;
  return rules.some((rule) => {
    const allowed = ORIGIN.exec(rule.toLowerCase());
    if (allowed === null) return false;
    const [, scheme, host, port] = allowed;
    return (
      host === given[2] &&
      (scheme === undefined || scheme === given[1]) &&
      (port === undefined || port === given[3])
    );
  });
}

/** Whether an Authorization header carries the token (RFC 6750). Takes the same time however much of it is right. */
export function tokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const expected = sha256(token);
  return (authorization) => {
    const given = /^bearer +(.*)$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(sha256(given), expected);
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
