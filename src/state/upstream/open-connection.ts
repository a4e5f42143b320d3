import type { Connection, ConnectionOptions } from './connection.ts';

/** `url` is http:, https:, ws: or wss:. Nothing is dialled yet. viem is loaded here, so only when there is an upstream. */
export async function openConnection(url: string, options: ConnectionOptions): Promise<Connection> {
  if (/^wss?:/i.test(url)) {
    const { WebSocketConnection } = await import('./web-socket-connection.ts');
    return new WebSocketConnection(url, options);
  }
  const { HttpConnection } = await import('./http-connection.ts');
  return new HttpConnection(url, options);
}
