/** Prometheus metrics over HTTP, by geth's names. */
import { z } from 'zod';
import { DEFAULT_METRICS_OPTIONS as M } from '../telemetry/metrics-options.ts';
import { integer, optionGroup, text, type OptionGroup } from './option.ts';

const metrics = optionGroup('Metrics');

export const metricsOptions = {
  metrics: metrics(
    z.boolean(),
    M.enabled,
    'BOOL',
    'Prometheus metrics at /metrics and, as geth, /debug/metrics/prometheus; one more port, so off unless asked for',
  ),
  'metrics.addr': metrics(text, M.host, 'ADDR', 'listen here for scrapes; whoever reaches it can read them'),
  'metrics.port': metrics(integer(0, 65_535), M.port, 'PORT', '0 picks a free one'),
} satisfies OptionGroup;
