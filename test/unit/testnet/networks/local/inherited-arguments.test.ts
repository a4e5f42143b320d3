import assert from 'node:assert/strict';
import { inheritedArguments } from '../../../../../testnet/networks/local/inherited-arguments.ts';

describe('inheritedArguments', () => {
  it('are all but code and what it is written in', () => {
    for (const code of [
      ['-e', 'go()'],
      ['--eval', 'go()'],
      ['--eval=go()'],
      ['-p', 'go()'],
      ['--print=go()'],
    ]) {
      for (const type of [[], ['--input-type=module'], ['--input-type', 'module']]) {
        assert.deepEqual(
          inheritedArguments(['--conditions=txgossip-source', ...type, ...code, '--cpu-prof', '-C', 'more']),
          ['--conditions=txgossip-source', '--cpu-prof', '-C', 'more'],
        );
      }
    }
  });
});
