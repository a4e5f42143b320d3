/** What the state machine wants done, and what it says to peers. */
import type { PeerIdText } from '../../host/host.ts';
import type { LinkEvent } from '../../telemetry/trace.ts';
import type { MemberInfo } from './member-table.ts';
import type { Update } from './update.ts';

/** How an attempt to reach a member ended: `silent`, connected and no answer; `unknown`: not tried. */
export type Reach = 'reached' | 'silent' | 'refused' | 'unreachable' | 'unknown';

export type Message =
  /** Says that the sender lives, and a digest of what it holds; `isAnswer`: wants none in return. */
  | { kind: 'hello'; self: Update; digest: number; isAnswer: boolean }
  /** What changed. */
  | { kind: 'news'; updates: readonly Update[] }
  /** All the sender holds, in several of these. */
  | { kind: 'list'; updates: readonly Update[] }
  /** Reach this one for me. */
  | { kind: 'ask'; id: number; peer: PeerIdText; addresses: readonly string[] }
  | { kind: 'answer'; id: number; reach: Reach }
  | { kind: 'goodbye'; incarnation: number };

export type Action =
  /** Over the open connection; given up after `giveUpMs`. */
  | { do: 'ping'; peer: PeerIdText; id: number; giveUpMs: number }
  /** Ping it, over a connection of its own when there is none, in `timeoutMs`. */
  | { do: 'reach'; peer: PeerIdText; id: number; addresses: readonly string[]; timeoutMs: number }
  | { do: 'send'; peer: PeerIdText; message: Message }
  /** Close its connections at once. */
  | { do: 'drop'; peer: PeerIdText }
  | { do: 'tell'; member: MemberInfo }
  | { do: 'link'; peer: PeerIdText; state: LinkEvent['state'] };
