/** What the parts of one session share. */
import type { Hex } from '../../bytes.ts';
import type { Clock } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import type { HashMemory } from '../../mempool/hash-memory.ts';
import type { Mempool } from '../../mempool/mempool.ts';
import type { Admission, Admitted } from '../admission.ts';
import type { Turn } from '../turn.ts';
import type { SyncFrames } from './frames.ts';
import type { SyncOptions } from './options.ts';
import type { Pace } from './pace.ts';
import type { SettledSet } from './settled-set.ts';

export interface Exchange {
  frames: SyncFrames;
  peer: PeerIdText;
  clock: Clock;
  /** What this session has held the event loop for. */
  turn: Turn;
  pool: Mempool;
  settled: SettledSet;
  admission: Pick<Admission, 'admitWhole' | 'refusedForGood'>;
  options: SyncOptions;
  /** The largest page we take: a transaction of the largest size must go into one. */
  maxPageBytes: number;
  /** Of this peer, both ways and in all its sessions. */
  pace: { given: Pace; taken: Pace };
  /** What was fetched and refused for a passing reason a short while ago. */
  refusedLately: HashMemory;
  /** 8 bytes nobody can foretell. */
  salt(): Uint8Array;
  /** Wei per gas: what makes one transaction dearer than another. */
  baseFee(): bigint;
  /** Whether we hand it on: all that a node has, but for testnets' silent ones. */
  gives(hash: Hex): boolean;
  /** Local transactions that no peer has shown to have. */
  unbroadcast(): Iterable<Hex>;
  /** The peer has shown that it has these. */
  shown(hashes: readonly Hex[]): void;
  /** The peer sent these, whatever becomes of them. */
  copied(hashes: readonly Hex[]): void;
  /** These came in; `few`: gossip is to carry them on. */
  arrived(results: readonly Admitted[], few: boolean): void;
  /** From now until `release` nobody else brings anything in, so that nothing is fetched twice. False: somebody does. */
  take(): boolean;
  release(): void;
}

/** What one session came to. */
export interface SessionResult {
  answer: 'same' | 'busy' | 'different';
  /** Found on either side. */
  differences: number;
  /** Coded symbols it took to find them. */
  symbols: number;
  /** All their ids were listed instead, or after that. */
  listed: boolean;
  /** New in our pool. */
  taken: number;
  /** New in the peer's, as it says. */
  given: number;
  /** Something was left for later, because a side was taking from somebody else. */
  isUnfinished: boolean;
  /** Of frames. */
  bytes: number;
}

/** The peer said that it has what it then did not give. Seldom honest: a block may have taken it. */
export class NotGiven extends Error {}
