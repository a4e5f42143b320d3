import { messageIdKey } from './message-id.ts';

const IWANT_FIELD = 2;
const MESSAGE_IDS_FIELD = 1;

/** What an answer to an IWANT can take; later arrivals are counted as pushed. */
const REMEMBER_MS = 10_000;
/** Bounds memory when peers advertise far more than they send: 10 heartbeats of gossipsub's own IWANT limit. */
const MAX_REMEMBERED = 50_000;

/**
 * Remembers which message was asked of whom, so that its arrival can be told as *pull* from *push*. gossipsub does
 * not say; the IWANT is read from the control part of a frame as it leaves.
 */
export class WantedMessages {
  readonly #expiresAt = new Map<string, number>();

  /** `control` is one ControlMessage of the gossipsub specification, encoded. */
  sent(peer: string, control: Uint8Array, nowMs: number): void {
    for (const id of iwantIds(control)) {
      this.#expiresAt.set(peer + messageIdKey(id), nowMs + REMEMBER_MS);
    }
    for (const [key, expiresAtMs] of this.#expiresAt) {
      if (expiresAtMs > nowMs && this.#expiresAt.size <= MAX_REMEMBERED) break;
      this.#expiresAt.delete(key);
    }
  }

  /** True once for each message asked of this peer. */
  take(peer: string, idKey: string): boolean {
    return this.#expiresAt.delete(peer + idKey);
  }
}

function iwantIds(control: Uint8Array): Uint8Array[] {
  const ids: Uint8Array[] = [];
  eachField(control, 0, control.length, (kind, wantStart, wantEnd) => {
    if (kind !== IWANT_FIELD) return;
    eachField(control, wantStart, wantEnd, (inner, idStart, idEnd) => {
      if (inner === MESSAGE_IDS_FIELD) ids.push(control.subarray(idStart, idEnd));
    });
  });
  return ids;
}

/** Calls back for each length-delimited protobuf field between the two offsets; ends at one that does not fit. */
function eachField(
  bytes: Uint8Array,
  from: number,
  to: number,
  visit: (field: number, start: number, end: number) => void,
): void {
  let at = from;
  while (at < to) {
    const tag = readVarint(bytes, at);
    const value = readVarint(bytes, tag.next);
    at = value.next;
    if ((tag.value & 7) !== 2) continue;
    if (at + value.value > to) return;
    visit(tag.value >>> 3, at, at + value.value);
    at += value.value;
  }
}

function readVarint(bytes: Uint8Array, from: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: at + 1 };
    scale *= 128;
  }
  return { value, next: bytes.length };
}
