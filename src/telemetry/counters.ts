/** Sums of what nodes count. */
import type { BytesByKind, NodeCounters } from './trace.ts';

export const BYTE_KINDS = [
  'message',
  'control',
  'sync',
  'members',
  'other',
] as const satisfies readonly (keyof BytesByKind)[];

export function noBytes(): BytesByKind {
  return { message: 0, control: 0, sync: 0, members: 0, other: 0 };
}

/** Of one who did nothing yet. */
export function noCounters(): NodeCounters {
  return {
    sent: noBytes(),
    received: noBytes(),
    duplicateBytes: 0,
    copiesReceived: 0,
    syncCopiesReceived: 0,
    messagesReceived: 0,
    duplicateMessages: 0,
    dropped: 0,
    memberMessagesSent: 0,
    memberMessagesReceived: 0,
  };
}

export function sumOfCounters(a: NodeCounters, b: NodeCounters): NodeCounters {
  return {
    sent: sumOfBytes(a.sent, b.sent),
    received: sumOfBytes(a.received, b.received),
    ...((a.lost ?? b.lost) && { lost: sumOfBytes(a.lost ?? noBytes(), b.lost ?? noBytes()) }),
    duplicateBytes: a.duplicateBytes + b.duplicateBytes,
    copiesReceived: a.copiesReceived + b.copiesReceived,
    syncCopiesReceived: a.syncCopiesReceived + b.syncCopiesReceived,
    messagesReceived: a.messagesReceived + b.messagesReceived,
    duplicateMessages: a.duplicateMessages + b.duplicateMessages,
    dropped: a.dropped + b.dropped,
    memberMessagesSent: a.memberMessagesSent + b.memberMessagesSent,
    memberMessagesReceived: a.memberMessagesReceived + b.memberMessagesReceived,
  };
}

function sumOfBytes(a: BytesByKind, b: BytesByKind): BytesByKind {
  const sums = noBytes();
  for (const kind of BYTE_KINDS) sums[kind] = a[kind] + b[kind];
  return sums;
}
