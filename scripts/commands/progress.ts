import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Progress } from '../../testnet/networks/network.ts';
import { progressText } from './progress-text.ts';

/** One bar a phase on a terminal; nothing anywhere else, so that logs stay readable. */
export function progressBars(): { progress: Progress; stop: () => void } {
  if (!process.stderr.isTTY) return { progress: () => undefined, stop: () => undefined };
  const bars = new MultiBar(
    {
      format: '{phase} {bar} {value}/{total}  {duration_formatted}  {place}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  /** When measuring began, of the clock of this process. */
  let beganAtMs: number | undefined;
  const byPhase = new Map<string, SingleBar>();
  return {
    progress: (phase, done, total, now) => {
      if (now !== undefined) beganAtMs ??= performance.now();
      const place = now === undefined ? '' : progressText(now, performance.now() - beganAtMs!);
      let bar = byPhase.get(phase);
      if (bar === undefined) {
        bar = bars.create(total, 0, { phase: phase.padEnd(8), place });
        byPhase.set(phase, bar);
      }
      bar.setTotal(total);
      bar.update(done, { place });
    },
    stop: () => bars.stop(),
  };
}
