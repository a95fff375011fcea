/** A quantity that was read, or what would have been right. */
export type Quantity = { readonly value: number } | { readonly right: string };

const unitUs: Readonly<Record<string, number>> = {
  d: 86_400_000_000,
  h: 3_600_000_000,
  m: 60_000_000,
  s: 1_000_000,
  ms: 1_000,
  us: 1,
};

const durationWords = 'a number with a unit, such as 500ms, 10s, 5m or 1h30m';

/** A time in microseconds from whole numbers with units, the largest unit first: `1h30m`, `500ms`. */
export function parseDuration(given: string): Quantity {
  if (given === '0') return { value: 0 };
  if (!/^(\d+(d|h|ms|m|us|s))+$/.test(given)) return { right: durationWords };
  let value = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, digits, unit] of given.matchAll(/(\d+)(d|h|ms|m|us|s)/g)) {
    const scale = unitUs[unit!]!;
    if (scale >= last) return { right: `${durationWords}, the largest unit first` };
    last = scale;
    value += Number(digits) * scale;
  }
  return Number.isSafeInteger(value) ? { value } : { right: 'a shorter time' };
}

/** Thousandths of a processor: `500m`, `2`, `0.25`. */
export function parseCpu(given: string): Quantity {
  const right = 'processors such as 2 or 0.25, or thousandths such as 500m';
  const [, millis] = /^(\d{1,9})m$/.exec(given) ?? [];
  if (millis !== undefined) return { value: Number(millis) };
  const [, whole, fraction = ''] = /^(\d{1,6})(?:\.(\d{1,3}))?$/.exec(given) ?? [];
  if (whole === undefined) return { right };
  return { value: Number(whole) * 1_000 + Number(fraction.padEnd(3, '0')) };
}

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Bytes: `256Mi`, `1G`, `4096`. */
export function parseBytes(given: string): Quantity {
  const [, digits, unit = ''] = /^(\d+)([kKMGT]|[KMGT]i)?B?$/.exec(given) ?? [];
  const value = Number(digits) * (unitBytes[unit] ?? 1);
  if (digits === undefined) return { right: 'a whole number of bytes, or one with Ki, Mi, Gi, Ti' };
  return Number.isSafeInteger(value) ? { value } : { right: 'fewer bytes' };
}

/** Thousandths of a whole: `0.1`, `0.125`, `10%`. */
export function parseShare(given: string): Quantity {
  const right = 'a share from 0 to 1 with up to three digits, or in percent: 0.1 or 10%';
  const [, percent, tenth = '0'] = /^(\d{1,3})(?:\.(\d))?%$/.exec(given) ?? [];
  const [, whole, digits = ''] = /^([01])(?:\.(\d{1,3}))?$/.exec(given) ?? [];
  let value = -1;
  if (percent !== undefined) value = Number(percent) * 10 + Number(tenth);
  else if (whole !== undefined) value = Number(whole) * 1_000 + Number(digits.padEnd(3, '0'));
  return value >= 0 && value <= 1_000 ? { value } : { right };
}

/** Whole percent: `10` or `10%`. */
export function parsePercent(given: string): Quantity {
  const [, digits] = /^(\d{1,3})%?$/.exec(given) ?? [];
  return digits === undefined ? { right: 'whole percent, such as 10' } : { value: Number(digits) };
}
