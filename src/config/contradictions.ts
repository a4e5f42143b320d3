/** Options each right for itself that make no sense together. */
import { isBaseline } from '../propagation/modes.ts';
import type { NodeOptions } from '../config.ts';
import { ConfigError } from './config-error.ts';

/** @throws {ConfigError} where two options do not go together. */
export function checkContradictions(options: NodeOptions): void {
  if (options.propagation === 'pull' && !options.sync) {
    throw new ConfigError(
      'propagation pull without sync: nothing would travel; leave sync on or choose another',
    );
  }
  checkBaselineOptions(options);
  if (
    options['peers.floor'] > options['peers.target'] ||
    options['peers.outbound'] > options['peers.target']
  ) {
    throw new ConfigError('peers.floor and peers.outbound must not exceed peers.target');
  }
  if (options.mdns && options.discovery === false) {
    throw new ConfigError('mdns finds peers for discovery, which is off; leave one of them out');
  }
  if (options['peers.backoff'] > options['peers.maxbackoff']) {
    throw new ConfigError('peers.backoff must not exceed peers.maxbackoff');
  }
  if (!(options['gossip.dlo'] <= options['gossip.d'] && options['gossip.d'] <= options['gossip.dhi'])) {
    throw new ConfigError('gossip.dlo <= gossip.d <= gossip.dhi must hold');
  }
  if (options['gossip.dout'] > options['gossip.d'] / 2 || options['gossip.dout'] >= options['gossip.dlo']) {
    throw new ConfigError('gossip.dout must be below gossip.dlo and at most half of gossip.d');
  }
  if (options['gossip.historygossip'] > options['gossip.history']) {
    throw new ConfigError('gossip.historygossip must not exceed gossip.history');
  }
  if (options.upstream !== undefined && options.genesis !== undefined) {
    throw new ConfigError('upstream and genesis are two sources of one account state; give one of them');
  }
  if (options.upstream !== undefined && options['upstream.patience'] >= options['validation.maxage']) {
    throw new ConfigError(
      `upstream.patience (${options['upstream.patience']} ms) must be below validation.maxage (${options['validation.maxage']} ms): a message that waits for an account would be too old for its verdict`,
    );
  }
  if (options['rpc.txsync.defaulttimeout'] > options['rpc.txsync.maxtimeout']) {
    throw new ConfigError('rpc.txsync.defaulttimeout must not exceed rpc.txsync.maxtimeout');
  }
  if ((options['sync.pagebytes'] * 1000) / options['sync.bytespersecond'] > options['sync.timeout'] / 2) {
    throw new ConfigError(
      'sync.pagebytes at sync.bytespersecond must take at most half of sync.timeout: else the peer that waits for a page gives up',
    );
  }
  const forwardableMs = options['gossip.history'] * options['gossip.heartbeat'];
  for (const name of ['validation.maxage', 'validation.gaphold'] as const) {
    if (options[name] >= forwardableMs) {
      throw new ConfigError(
        `${name} (${options[name]} ms) must be below gossip.history x gossip.heartbeat (${forwardableMs} ms): a later verdict forwards nothing`,
      );
    }
  }
}

/** What would have no effect is a mistake. */
function checkBaselineOptions(options: NodeOptions): void {
  const { propagation: mode } = options;
  if (!isBaseline(mode) && options['propagation.eager'] !== undefined) {
    throw new ConfigError(
      `propagation.eager is of the baselines; propagation is ${mode}, whose degree is gossip.d`,
    );
  }
  for (const name of ['propagation.fetchdelay', 'propagation.fetchtimeout'] as const) {
    if (options[name] !== undefined && mode !== 'announce' && mode !== 'eth') {
      throw new ConfigError(
        `${name} is of announce and eth; propagation is ${mode}, which fetches nothing so`,
      );
    }
  }
}
