import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';

export interface HttpListenInit {
  host: string;
  port: number;
  /** What cannot listen, and what its options begin with: `<options>.addr`, `<options>.port`. */
  what: string;
  options: string;
}

/** @returns its URL. @throws {Error} saying what to do, when the address cannot be listened on. */
export async function listenHttp(app: FastifyInstance, init: HttpListenInit): Promise<string> {
  try {
    // Of the two addresses of localhost one is enough: a second server would be outside the limits of the first.
    await app.listen({ host: init.host === 'localhost' ? '127.0.0.1' : init.host, port: init.port });
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, init);
  }
  return urlOf(app.server.address() as AddressInfo);
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

function listenError(error: NodeJS.ErrnoException, { host, port, what, options }: HttpListenInit): Error {
  return new Error(`${what} cannot listen on ${host}:${port}: ${adviceOn(error, options)}`, { cause: error });
}

function adviceOn({ code, message }: NodeJS.ErrnoException, options: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `the address is already in use; choose another with --${options}.port, or 0 to have a free one picked`;
    case 'EACCES':
      return `not permitted; choose a port from 1024 up with --${options}.port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `no address of this machine; choose another with --${options}.addr`;
    default:
      return message;
  }
}
