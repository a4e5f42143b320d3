export interface MetricsOptions {
  enabled: boolean;
  /** Where scrapes are answered. */
  host: string;
  port: number;
}

/** geth's (metrics/config.go). */
export const DEFAULT_METRICS_OPTIONS: Readonly<MetricsOptions> = {
  enabled: false,
  host: '127.0.0.1',
  port: 6060,
};
