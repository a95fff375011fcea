import type { EventFilter } from '../commands.ts';
import type { EventLine, EventWindow } from '../snapshot.ts';
import { isEmptyFilter, lineFilter, type PlainLine, tracedLine } from './event-lines.ts';
import type { Trail } from './trail.ts';

/** Steps that the ring of a world remembers, with some to spare. */
const ringSteps = 4_000;

/** What the window of events is to show. */
export interface WindowWish {
  readonly rows: number;
  /** How many lines it is scrolled back. */
  readonly back: number;
  readonly filter: EventFilter;
}

/**
 * Lines up to a moment, and some that come after it where they are known.
 * @param trail a run that stands at the moment or not far beyond; undefined: nothing is known
 */
export function eventWindow(
  trail: Trail | undefined,
  now: { readonly step: number; readonly timeUs: number },
  wish: WindowWish,
  marks: ReadonlyMap<number, number>,
): EventWindow {
  const { filter } = wish;
  if (trail === undefined) return { filter, lines: [], now: -1 };
  const matches = isEmptyFilter(filter) ? () => true : lineFilter(filter);
  const future = Math.min(wish.back === 0 ? Math.floor(wish.rows / 3) : wish.back, wish.rows);
  const ahead = linesAfter(trail, now, future, matches);
  const skipped = Math.max(0, wish.back - ahead.length);
  const behind = linesBefore(trail, now, wish.rows + skipped - ahead.length, matches);
  const past = behind.slice(0, behind.length - skipped);
  const lines = [...past, ...ahead].map(
    (line): EventLine => ({ ...line, marked: marks.has(line.step) }),
  );
  return { filter, lines, now: skipped > 0 ? lines.length : past.length - 1 };
}

type Matches = (line: PlainLine) => boolean;
type Moment = { readonly step: number; readonly timeUs: number };

/** The last lines up to the moment, oldest first. */
function linesBefore(trail: Trail, now: Moment, most: number, matches: Matches): PlainLine[] {
  const { outside } = trail.chronicle;
  const lines: PlainLine[] = [];
  let at = outside.length - 1;
  while (at >= 0 && isAfter(outside[at]!, now)) at--;
  const first = Math.max(1, trail.steps - ringSteps);
  for (let step = now.step; step >= first && lines.length < most; step--) {
    for (; at >= 0 && outside[at]!.step >= step; at--) {
      const line = outside[at]!;
      if (matches(line)) lines.push(line);
    }
    const line = stepLine(trail, step);
    if (line !== undefined && matches(line)) lines.push(line);
  }
  return lines.slice(0, most).reverse();
}

/** The first lines after the moment, oldest first. */
function linesAfter(trail: Trail, now: Moment, most: number, matches: Matches): PlainLine[] {
  if (most <= 0 || (trail.steps <= now.step && trail.timeUs <= now.timeUs)) return [];
  const lines = trail.chronicle.outside.filter((line) => isAfter(line, now) && matches(line));
  let found = 0;
  for (let step = now.step + 1; step <= trail.steps && found < most; step++) {
    const line = stepLine(trail, step);
    if (line === undefined || !matches(line)) continue;
    lines.push(line);
    found++;
  }
  return lines.sort((a, b) => a.step - b.step || a.place - b.place).slice(0, most);
}

function isAfter(line: PlainLine, { step, timeUs }: Moment): boolean {
  return line.step > step || line.timeUs > timeUs;
}

function stepLine(trail: Trail, step: number): PlainLine | undefined {
  const detail = trail.chronicle.detailOf(step);
  if (detail !== undefined) return detail;
  const { world } = trail.run;
  const traced = world.trace.step(step);
  return traced === undefined ? undefined : tracedLine(world, traced);
}
