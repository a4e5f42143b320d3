import type { Member } from './member-table.ts';
import { isLiving } from './update.ts';

/** The members a connection is open to, in the order it was opened. */
export class Neighbours {
  readonly #connected = new Set<Member>();

  add(member: Member): void {
    this.#connected.add(member);
  }

  delete(member: Member): void {
    this.#connected.delete(member);
  }

  /** Those not dead. */
  living(): Member[] {
    return [...this.#connected].filter(({ state }) => isLiving(state));
  }

  /** Of the living, those that can be sent to. */
  greeted(): Member[] {
    return this.living().filter(({ greeted }) => greeted);
  }

  /** Who can be asked about this one. */
  helpers(about: Member): Member[] {
    return this.greeted().filter(
      (other) => other !== about && other.state === 'alive' && other.link !== 'cut',
    );
  }
}
