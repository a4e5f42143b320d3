/** The node itself: what it keeps and what it says. */
import { integer, optionalText, optionGroup, type OptionGroup } from './option.ts';

const identity = optionGroup('Node');

export const nodeOptions = {
  datadir: identity(
    optionalText,
    undefined,
    'DIR',
    'keeps the identity key, the journal, known peers and, with txpool.save, the pool; without it the node has a new identity each start',
  ),
  verbosity: identity(
    integer(0, 5),
    2,
    '0-5',
    '0 silent, 1 error, 2 warn, 3 info, 4 debug, 5 trace; JSON lines on standard error',
  ),
} satisfies OptionGroup;
