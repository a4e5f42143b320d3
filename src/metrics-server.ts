/** Metrics over HTTP, for Prometheus to scrape: a server of its own, so that it can stand on another address than JSON-RPC. */
import fastify from 'fastify';
import { Registry } from 'prom-client';
import { listenHttp } from './http-listen.ts';
import { createMetrics, type MetricsView } from './telemetry/metrics.ts';
import { processMetrics } from './telemetry/process-metrics.ts';

/** geth's, and what Prometheus asks for unless it is told otherwise. */
const PATHS = ['/debug/metrics/prometheus', '/metrics'];
/** Scrapers have one each; a scrape is a line read and some kilobytes answered. */
const MAX_CONNECTIONS = 64;
/** ms, for a request to be there whole, and for what is under way when the server stops. */
const REQUEST_TIMEOUT_MS = 5_000;

export interface MetricsServer {
  readonly url: string;
  /** No socket is left. Safe to call twice. */
  stop(): Promise<void>;
}

/** @throws {Error} saying what to do, when the address cannot be listened on. */
export async function startMetrics(
  node: MetricsView,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> {
  const metrics = Registry.merge([createMetrics(node), processMetrics()]);
  const app = fastify({ requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true });
  app.server.maxConnections = MAX_CONNECTIONS;
  let reading: Promise<string> | undefined;
  // Scrapes at the same time share one reading.
  const read = (): Promise<string> =>
    (reading ??= metrics.metrics().finally(() => {
      reading = undefined;
    }));
  for (const path of PATHS)
    app.get(path, async (_request, reply) => reply.type(metrics.contentType).send(await read()));
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .type('text/plain')
      .send(`metrics are at ${PATHS.join(' and ')}`),
  );
  const url = await listenHttp(app, { host, port, what: 'metrics', options: 'metrics' });
  return { url, stop: async () => app.close() };
}
