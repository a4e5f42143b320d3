/**
 * Whether the simulation obeys arithmetic: two transactions over 1,000 nodes for each seed, the last arrival against
 * the shortest paths, the copies against the sum of mesh degrees. Exits 1 when one is off by more than its tolerance.
 *
 *   npm run theory             30 seeds, some three minutes
 *   npm run theory -- 5        5 seeds
 */
import { measureSpread, type Compared } from './spread.ts';

const SEEDS = 30;
/** What a study would ask; the figures are sums of the same numbers, so they should agree to the last bit. */
const LAST_TOLERANCE = 0.05;
const COPIES_TOLERANCE = 0;

const [asked] = process.argv.slice(2);
const seeds = asked === undefined ? SEEDS : Number(asked);
if (!Number.isInteger(seeds) || seeds < 1) {
  console.error(`the number of seeds must be a whole number from 1 up, not ${asked}`);
  process.exit(1);
}

const columns = (...cells: string[]): string => cells.map((cell) => cell.padStart(12)).join('');
const deviation = ({ expected, measured }: Compared): number => Math.abs(measured / expected - 1);

console.log(columns('', 'last arrival', 'ms', '', 'copies', ''));
console.log(columns('seed', 'expected', 'measured', 'off', 'expected', 'measured'));
const worst = { last: 0, copies: 0 };
for (let seed = 1; seed <= seeds; seed++) {
  for (const { lastMs, copies } of await measureSpread(seed)) {
    worst.last = Math.max(worst.last, deviation(lastMs));
    worst.copies = Math.max(worst.copies, deviation(copies));
    console.log(
      columns(
        String(seed),
        lastMs.expected.toFixed(6),
        lastMs.measured.toFixed(6),
        deviation(lastMs).toExponential(1),
        String(copies.expected),
        String(copies.measured),
      ),
    );
  }
}
const held = worst.last <= LAST_TOLERANCE && worst.copies <= COPIES_TOLERANCE;
console.log(
  `${held ? 'holds' : 'FAILS'}: last arrival off by at most ${worst.last.toExponential(1)} (tolerance ${LAST_TOLERANCE}), ` +
    `copies by ${worst.copies} (tolerance ${COPIES_TOLERANCE})`,
);
process.exitCode = held ? 0 : 1;
