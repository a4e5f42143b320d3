import type { Hex } from '../../bytes.ts';
import type { Ids } from './coded-symbols.ts';
import { idKey, type IdKey } from './difference-decoder.ts';
import { shortening, type SipKey } from './short-id.ts';

/** Ids walked over between two chances to do something else: some 0.3 ms. */
const IDS_A_STEP = 1024;

/** The settled set of one moment, with its ids under the key of one session. */
export class Snapshot {
  readonly hashes: readonly Hex[];
  readonly key: SipKey;
  readonly ids: Ids;

  private constructor(hashes: readonly Hex[], key: SipKey, ids: Ids) {
    this.hashes = hashes;
    this.key = key;
    this.ids = ids;
  }

  static *taking(hashes: readonly Hex[], key: SipKey): Generator<void, Snapshot> {
    return new Snapshot(hashes, key, yield* shortening(hashes, key));
  }

  get size(): number {
    return this.hashes.length;
  }

  /** Those of the wanted ids, in the order of the set. */
  *selecting(wanted: ReadonlySet<IdKey>): Generator<void, Hex[]> {
    const { low, high } = this.ids;
    const selected: Hex[] = [];
    for (let i = 0; i < this.size && selected.length < wanted.size; i++) {
      if (i % IDS_A_STEP === IDS_A_STEP - 1) yield;
      if (wanted.has(idKey(low[i]!, high[i]!))) selected.push(this.hashes[i]!);
    }
    return selected;
  }

  /** How it differs from a list of all of theirs. */
  *differing(theirs: readonly IdKey[]): Generator<void, { theirs: IdKey[]; ours: Hex[] }> {
    const left = new Set<IdKey>();
    for (const [index, key] of theirs.entries()) {
      if (index % IDS_A_STEP === IDS_A_STEP - 1) yield;
      left.add(key);
    }
    const { low, high } = this.ids;
    const ours: Hex[] = [];
    for (let i = 0; i < this.size; i++) {
      if (i % IDS_A_STEP === IDS_A_STEP - 1) yield;
      if (!left.delete(idKey(low[i]!, high[i]!))) ours.push(this.hashes[i]!);
    }
    return { theirs: [...left], ours };
  }
}

/** Ids of whatever hashes there are, as keys. */
export function* keysOf(hashes: readonly Hex[], key: SipKey): Generator<void, IdKey[]> {
  const { low, high } = yield* shortening(hashes, key);
  const keys: IdKey[] = [];
  for (let i = 0; i < hashes.length; i++) {
    if (i % IDS_A_STEP === IDS_A_STEP - 1) yield;
    keys.push(idKey(low[i]!, high[i]!));
  }
  return keys;
}
