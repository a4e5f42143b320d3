// The direction of the house: scripts -> testnet -> src, and inside src
// node -> {rpc, propagation, peers, state, telemetry} -> {host, mempool} -> transaction.
const upward = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    upward('src-knows-no-testnet', '^src/', '^(testnet|scripts|test)/'),
    upward('testnet-knows-no-scripts', '^testnet/', '^(scripts|test)/'),
    upward('scripts-know-no-tests', '^scripts/', '^test/'),
    upward('transaction-is-the-bottom', '^src/transaction/', '^src/(?!transaction/|bytes)'),
    upward('mempool-over-transaction', '^src/mempool/', '^src/(?!mempool/|transaction/|bytes)'),
    upward('host-stands-alone', '^src/host/', '^src/(?!host/|transaction/|telemetry/|environment|bytes)'),
    upward('state-below-node', '^src/state/', '^src/(rpc|propagation|peers|host|node|config)'),
    upward('propagation-below-node', '^src/propagation/', '^src/(rpc|peers|state|node|config)'),
    upward('peers-below-node', '^src/peers/', '^src/(rpc|propagation|state|node|config)'),
    upward('rpc-below-node', '^src/rpc/', '^src/(host|propagation|peers|node|config)'),
    upward('telemetry-below-node', '^src/telemetry/', '^src/(rpc|propagation|peers|node|config)'),
    {
      name: 'no-dev-dependencies-in-product',
      severity: 'error',
      from: { path: '^(src|testnet)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
