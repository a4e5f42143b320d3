import { rename } from 'node:fs/promises';
import type { Clock } from './environment.ts';
import type { Mempool } from './mempool/mempool.ts';
import { DamagedPoolFile, readPoolFile, writePoolFile } from './mempool/pool-file.ts';
import type { Admission } from './propagation/admission.ts';
import type { Logger } from './telemetry/log.ts';

/** Transactions that go through Admission together: well below what the verifier takes at once. */
const RESTORED_TOGETHER = 256;

export interface SavedPoolInit {
  path: string;
  pool: Mempool;
  admission: Admission;
  clock: Clock;
  log: Logger;
}

/**
 * The whole pool, kept over a restart: saved when the node stops, checked in again when it starts. Nothing here is
 * fatal, for nobody was promised any of it: what was submitted to this node is in the journal.
 *
 * What comes back is remote, as if a peer had sent it; local transactions were restored before, from the journal. It
 * is not sent on: it is no news. The file stays until the next one takes its place, so after a crash an older pool
 * comes back.
 */
export class SavedPool {
  readonly #init: SavedPoolInit;
  /** Before, a node that could not start would save the little it has over what it had. */
  #mayBeSaved = false;

  constructor(init: SavedPoolInit) {
    this.#init = init;
  }

  /** A damaged file is set aside, under a name that ends in `.damaged`. */
  async restore(): Promise<void> {
    const { path, log } = this.#init;
    try {
      const raws = await readPoolFile(path);
      if (raws !== undefined) {
        const pooled = await this.#admit(raws);
        log.info({ path, saved: raws.length, pooled }, 'restored the pool');
      }
    } catch (error) {
      const reason = (error as Error).message;
      if (!(error instanceof DamagedPoolFile)) {
        log.error({ path, reason }, 'cannot read the saved pool, starts without it; mend its permissions');
        return;
      }
      const aside = `${path}.damaged`;
      log.error(
        { path, reason, aside },
        'the saved pool is damaged: it is set aside, the pool starts without it',
      );
      await rename(path, aside).catch(() => undefined);
    }
    this.#mayBeSaved = true;
  }

  /** Nothing unless `restore` was done. */
  async save(): Promise<void> {
    if (!this.#mayBeSaved) return;
    const { path, pool, log } = this.#init;
    const raws: Uint8Array[] = [];
    for (const { pending, queued } of pool.content().values()) {
      for (const { raw } of [...pending, ...queued]) raws.push(raw);
    }
    try {
      await writePoolFile(path, raws);
      log.info({ path, saved: raws.length }, 'saved the pool');
    } catch (error) {
      const reason = (error as Error).message;
      log.error({ path, reason }, 'cannot save the pool; mend its permissions or free space on its disk');
    }
  }

  /** @returns how many are in the pool now. */
  async #admit(raws: readonly Uint8Array[]): Promise<number> {
    const { admission, clock } = this.#init;
    let pooled = 0;
    for (let at = 0; at < raws.length; at += RESTORED_TOGETHER) {
      const nowMs = clock.nowMs();
      const results = await admission.admit(raws.slice(at, at + RESTORED_TOGETHER), {
        provenance: 'sync',
        from: null,
        receivedAtMs: nowMs,
        validationAtMs: nowMs,
      });
      pooled += results.filter(
        ({ outcome }) => outcome.status !== 'refused' || outcome.code === 'known',
      ).length;
    }
    return pooled;
  }
}
