/** Where a member is: what a dial has shown comes before what it says, and is forgotten when it says it has moved. */
import type { PeerIdText } from '../../host/host.ts';
import type { Member } from './member-table.ts';
import { MAX_ADDRESSES } from './update.ts';

/** Of where a neighbour says that somebody is, what it can know of. */
export type Believable = (said: readonly string[], from: PeerIdText) => readonly string[];

/** It is connected. @param dialledAt where we reached it; undefined: it dialled us. */
export function reachedAt(member: Member, dialledAt: string | undefined): void {
  member.dialledAt = dialledAt;
  saysItIsAt(member, member.addresses);
}

/** In a later life, or the same one, it is elsewhere. */
export function movedTo(member: Member, said: readonly string[]): void {
  if (!member.connected && !said.includes(member.dialledAt ?? '')) member.dialledAt = undefined;
  saysItIsAt(member, said);
}

/** It says so itself, or somebody who heard it. */
export function saysItIsAt(member: Member, said: readonly string[]): void {
  const { dialledAt } = member;
  const first = dialledAt === undefined ? [] : [dialledAt];
  member.addresses = [...first, ...said.filter((address) => address !== dialledAt)].slice(0, MAX_ADDRESSES);
}

/** Whether who was tried there in vain was tried where it is, as far as we know. */
export function isAmong({ dialledAt, addresses }: Member, triedAt: readonly string[]): boolean {
  const places = dialledAt === undefined ? addresses : [dialledAt];
  return places.some((place) => triedAt.includes(place));
}
