/** Units that people read times in, largest first, in microseconds or whatever the number counts. */
const grains: readonly number[] = [1_000_000, 100_000, 10_000, 1_000, 100, 10];

/**
 * Values that say less than this one, simplest first: a number at 0 or rounded, somewhere inside of
 * plain data. Each differs in one place, and none says as much as the value itself, so that taking
 * one after the other comes to an end.
 */
export function simplerValues(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return simplerNumbers(value);
  if (Array.isArray(value)) {
    return value.flatMap((part, at) =>
      simplerValues(part).map((simpler) => value.map((old, i) => (i === at ? simpler : old))),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    simplerValues(part)
      // A fault that lasts no time at all is no simpler to imagine.
      .filter((simpler) => simpler !== 0 || name !== 'durationUs')
      .map((simpler) => ({ ...value, [name]: simpler })),
  );
}

function simplerNumbers(value: number): readonly number[] {
  if (!Number.isSafeInteger(value) || value === 0) return [];
  const rounded = grains.map((grain) => Math.round(value / grain) * grain);
  const all = new Set([0, ...rounded]);
  return [...all].filter((other) => weight(other) < weight(value));
}

/** Digits that one has to read of a number: 6,100,000 has two, 0 has none. */
function weight(value: number): number {
  return value === 0 ? 0 : String(Math.abs(value)).replace(/0+$/, '').length;
}
