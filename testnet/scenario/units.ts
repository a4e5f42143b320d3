/** Units as people write them, and those the fields take: the unit of a field is the end of its name. */

interface Unit {
  /** How a field's name ends. */
  suffix: string;
  /** How the JSON Schema and messages call it. */
  name: string;
  /** What may be written behind a number, in units of the field. */
  factors: Readonly<Record<string, number>>;
}

const TIMES = { us: 0.001, ms: 1, s: 1000, sec: 1000, min: 60_000, m: 60_000, h: 3_600_000 };
const RATES = { bps: 1e-6, kbps: 1e-3, mbps: 1, gbps: 1000, 'kbit/s': 1e-3, 'mbit/s': 1, 'gbit/s': 1000 };
const SIZES = { b: 1, byte: 1, bytes: 1, kb: 1000, kib: 1024, mb: 1e6, mib: 1024 * 1024 };
const SHARES = { '%': 0.01 };

const UNITS: readonly Unit[] = [
  { suffix: 'Ms', name: 'ms', factors: TIMES },
  { suffix: 'Mbps', name: 'Mbit/s', factors: RATES },
  { suffix: 'Bytes', name: 'bytes', factors: SIZES },
  { suffix: 'PerSecond', name: 'a second', factors: { '/s': 1, 'tx/s': 1, tps: 1, '/min': 1 / 60 } },
  { suffix: 'PerMinute', name: 'a minute', factors: { '/min': 1, '/s': 60, '/h': 1 / 60 } },
  { suffix: 'Percent', name: '%', factors: { '%': 1 } },
  { suffix: 'Rate', name: 'share, 0 to 1', factors: SHARES },
  { suffix: 'Probability', name: 'share, 0 to 1', factors: SHARES },
  { suffix: 'Share', name: 'share, 0 to 1', factors: SHARES },
  { suffix: 'share', name: 'share, 0 to 1', factors: SHARES },
  { suffix: 'perMinute', name: 'a minute', factors: { '/min': 1, '/s': 60, '/h': 1 / 60 } },
];

/** `500ms`, `5s`, `2min`, `1.5h`. */
export const DURATION = /^\s*(?<number>\d+(?:\.\d+)?)\s*(?<unit>ms|s|min|m|h)\s*$/;

/** Milliseconds. @throws {RangeError} when `text` is no duration; the schema lets none such through. */
export function durationMs(text: string): number {
  const groups = DURATION.exec(text)?.groups;
  if (groups === undefined) throw new RangeError(`not a duration: "${text}"; write for instance 5s`);
  return exactly(Number(groups['number']) * TIMES[groups['unit'] as keyof typeof TIMES]);
}

/** The unit of a field, for people; undefined for a plain number. */
export function unitOf(field: string): string | undefined {
  return unit(field)?.name;
}

/** A field without its unit: `latency` of `latencyMs`. The same name where it has none. */
export function withoutUnit(field: string): string {
  const suffix = unit(field)?.suffix;
  return suffix === undefined || suffix.length === field.length ? field : field.slice(0, -suffix.length);
}

/** What somebody wrote with a unit, as a number for the field: 50 for `50ms` in `latencyMs`. Undefined: it is none. */
export function inUnitOf(field: string, written: unknown): number | undefined {
  if (typeof written === 'number') return written;
  const match =
    typeof written === 'string' ? /^\s*([-+]?[\d_,]*\.?\d+)\s*([a-z%/]+)\s*$/i.exec(written) : null;
  if (match === null) return undefined;
  const factor = unit(field)?.factors[match[2]!.toLowerCase()];
  const number = Number(match[1]!.replaceAll(/[_,]/g, ''));
  return factor === undefined || !Number.isFinite(number) ? undefined : exactly(number * factor);
}

function unit(field: string): Unit | undefined {
  return UNITS.find(({ suffix }) => field.endsWith(suffix));
}

/** 0.07 and not 0.07000000000000001: what was written in decimals stays so. */
function exactly(value: number): number {
  return Number(value.toPrecision(12));
}
