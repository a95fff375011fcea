const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * A span of real time as typed: `90` or `90s`, `5m`, `2h`, `1d`. In milliseconds; undefined when the
 * text is no such span, or none that is longer than nothing.
 */
export function timeSpanMs(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)(s|m|h|d)?$/.exec(text);
  const seconds = parts === null ? 0 : Number(parts[1]) * secondsOf[parts[2] ?? 's']!;
  return seconds > 0 ? Math.round(seconds * 1_000) : undefined;
}
