/** A span of virtual time that is shown, in microseconds. */
export interface TimeWindow {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** Shortest span that can be shown: a pixel is then about a nanosecond, and nothing happens between. */
export const shortestWindowUs = 20;

/** A mark on the axis. */
export interface Tick {
  readonly timeUs: number;
  readonly label: string;
}

const steps = [1, 2, 5];

/** Round times in a window, at most `most` of them, labelled in one unit and with equal decimals. */
export function ticksIn({ fromUs, untilUs }: TimeWindow, most: number): readonly Tick[] {
  const spanUs = untilUs - fromUs;
  let scale = 1;
  let stepUs = 1;
  search: for (;;) {
    for (const step of steps) {
      stepUs = step * scale;
      if (spanUs / stepUs <= most) break search;
    }
    scale *= 10;
  }
  const ticks: Tick[] = [];
  const decimals = Math.max(0, 6 - Math.floor(Math.log10(stepUs)));
  for (let timeUs = Math.ceil(fromUs / stepUs) * stepUs; timeUs <= untilUs; timeUs += stepUs) {
    ticks.push({ timeUs, label: `${(timeUs / 1_000_000).toFixed(Math.min(6, decimals))} s` });
  }
  return ticks;
}

/** The window after zooming by a factor (below 1: closer) around a time that stays in its place. */
export function zoomed(
  { fromUs, untilUs }: TimeWindow,
  factor: number,
  aroundUs: number,
  limits: TimeWindow,
): TimeWindow {
  const whole = limits.untilUs - limits.fromUs;
  const spanUs = Math.min(whole, Math.max(shortestWindowUs, (untilUs - fromUs) * factor));
  const share = (aroundUs - fromUs) / (untilUs - fromUs);
  return clamped({ fromUs: aroundUs - share * spanUs, untilUs: 0 }, spanUs, limits);
}

/** The window moved by a time, within limits. */
export function moved(
  { fromUs, untilUs }: TimeWindow,
  byUs: number,
  limits: TimeWindow,
): TimeWindow {
  return clamped({ fromUs: fromUs + byUs, untilUs: 0 }, untilUs - fromUs, limits);
}

/** The window moved as little as needed so that a time is not too near its edges. */
export function revealing(window: TimeWindow, timeUs: number, limits: TimeWindow): TimeWindow {
  const spanUs = window.untilUs - window.fromUs;
  const margin = spanUs * 0.02;
  if (timeUs < window.fromUs + margin) {
    return clamped({ fromUs: timeUs - spanUs * 0.3, untilUs: 0 }, spanUs, limits);
  }
  if (timeUs > window.untilUs - margin) {
    return clamped({ fromUs: timeUs - spanUs * 0.7, untilUs: 0 }, spanUs, limits);
  }
  return window;
}

function clamped({ fromUs }: TimeWindow, spanUs: number, limits: TimeWindow): TimeWindow {
  const last = Math.max(limits.fromUs, limits.untilUs - spanUs);
  const start = Math.min(Math.max(fromUs, limits.fromUs), last);
  return { fromUs: start, untilUs: Math.min(limits.untilUs, start + spanUs) };
}

/** Position of the first of some ascending numbers that is not below a value; their count: none is. */
export function lowerBoundOf(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
