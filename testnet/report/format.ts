/** Figures as people read them. What was not measured is a dash, what never happened says so; neither is a zero. */

export const NOT_MEASURED = '–';
export const NEVER = 'never';

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Three significant digits, thousands grouped. */
function short(value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: Math.abs(value) >= 1000 ? 4 : 3 }).format(
    value,
  );
}

export function count(value: number | null): string {
  return value === null ? NOT_MEASURED : COUNT.format(value);
}

export function ratio(value: number | null): string {
  return value === null ? NOT_MEASURED : short(value);
}

/** `ifNull`: NEVER where null stands for an infinite time, which is so when there was something to wait for. */
export function milliseconds(value: number | null, ifNull = NOT_MEASURED): string {
  if (value === null) return ifNull;
  return Math.abs(value) >= 10_000 ? `${short(value / 1000)} s` : `${short(value)} ms`;
}

/** Never 100 % when something is missing, nor 0 % when there is something: rounding must not hide either. */
export function percent(share: number | null): string {
  if (share === null) return NOT_MEASURED;
  const tenths = Math.round(share * 1000) / 10;
  if (share < 1 && tenths === 100) return '> 99.9 %';
  if (share > 0 && tenths === 0) return '< 0.1 %';
  return `${tenths} %`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units: 1 kB is 1,000 bytes. */
export function bytes(value: number | null): string {
  if (value === null) return NOT_MEASURED;
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${short(scaled)} ${UNITS[unit]!}`;
}
