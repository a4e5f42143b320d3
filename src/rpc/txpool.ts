/** geth's `txpool` namespace: groups by sender (checksummed address), then by nonce (decimal). */
import * as Address from 'ox/Address';
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { method, named, type Namespace } from './method.ts';
import { address, quantityText, toQuantity } from './schemas.ts';
import { transactionText, transactionView } from './transaction-view.ts';

interface SenderContent {
  pending: readonly Transaction[];
  queued: readonly Transaction[];
}

const ofSender = <View extends z.ZodType>(view: View) => z.record(z.string().regex(/^\d+$/), view);
const ofAll = <View extends z.ZodType>(view: View) => z.record(z.string(), ofSender(view));

function byNonce<View>(
  transactions: readonly Transaction[],
  view: (transaction: Transaction) => View,
): Record<string, View> {
  return Object.fromEntries(
    transactions.map((transaction) => [transaction.nonce.toString(), view(transaction)]),
  );
}

function bySender<View>(
  content: ReadonlyMap<Hex, SenderContent>,
  status: keyof SenderContent,
  view: (transaction: Transaction) => View,
): Record<string, Record<string, View>> {
  const senders: Record<string, Record<string, View>> = {};
  for (const [sender, groups] of content) {
    if (groups[status].length > 0) senders[Address.checksum(sender)] = byNonce(groups[status], view);
  }
  return senders;
}

/** geth writes the gas price of a fee-market transaction as its fee cap. */
function summary({ to, value, gasLimit, feeCap }: Transaction): string {
  const recipient = to === undefined ? 'contract creation' : Address.checksum(to);
  return `${recipient}: ${value.toString()} wei + ${gasLimit.toString()} gas × ${feeCap.toString()} wei`;
}

export const txpool: Namespace = {
  txpool_status: method({
    description: 'How many transactions are pending and queued.',
    params: z.tuple([]),
    result: z.object({ pending: quantityText, queued: quantityText }),
    handler({ pool }) {
      const { pending, queued } = pool.counts;
      return { pending: toQuantity(pending), queued: toQuantity(queued) };
    },
  }),
  txpool_content: method({
    description: 'Every transaction of the pool.',
    params: z.tuple([]),
    result: z.object({ pending: ofAll(transactionText), queued: ofAll(transactionText) }),
    handler({ pool }) {
      const content = pool.content();
      return {
        pending: bySender(content, 'pending', transactionView),
        queued: bySender(content, 'queued', transactionView),
      };
    },
  }),
  txpool_contentFrom: method({
    description: 'Every transaction of one sender.',
    params: z.tuple([named('address', address)]),
    result: z.object({ pending: ofSender(transactionText), queued: ofSender(transactionText) }),
    handler({ pool }, [sender]) {
      const { pending, queued } = pool.contentFrom(sender);
      return { pending: byNonce(pending, transactionView), queued: byNonce(queued, transactionView) };
    },
  }),
  txpool_inspect: method({
    description: 'Every transaction of the pool, one line each.',
    params: z.tuple([]),
    result: z.object({ pending: ofAll(z.string()), queued: ofAll(z.string()) }),
    handler({ pool }) {
      const content = pool.content();
      return { pending: bySender(content, 'pending', summary), queued: bySender(content, 'queued', summary) };
    },
  }),
};
