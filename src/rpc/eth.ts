/**
 * geth's `eth` namespace. With an Ethereum node behind it the node passes on what turns on blocks or execution, and
 * answers by itself what the pool knows; on genesis it answers what genesis can, and says of the rest why not.
 */
import { ethAccounts } from './eth-accounts.ts';
import { ethBlocks } from './eth-blocks.ts';
import { ethCalls } from './eth-calls.ts';
import { ethFees } from './eth-fees.ts';
import { ethTransactions } from './eth-transactions.ts';
import type { Namespace } from './method.ts';

export const eth: Namespace = { ...ethTransactions, ...ethAccounts, ...ethFees, ...ethBlocks, ...ethCalls };
