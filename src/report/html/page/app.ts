import type { RunTrace } from '../../../record/run-trace.ts';
import { type EventQuery, EventSearch, everyEvent, isOpen } from '../model/event-search.ts';
import { moved, revealing, type TimeWindow, zoomed } from '../model/time-axis.ts';
import { type Timeline, timelineOf } from '../model/timeline.ts';
import { kindColours, type Palette, readPalette, roleColours } from './palette.ts';

/** What changed, for those who draw. */
export type Change = 'cursor' | 'window' | 'query' | 'theme';

/** What is looked at, by all parts of the page. */
export class App {
  readonly timeline: Timeline;
  readonly search: EventSearch;
  palette: Palette;
  roleColours: ReadonlyMap<string, string>;
  kindColours: ReadonlyMap<string, string>;
  /** Position of the chosen event. */
  cursor: number;
  window: TimeWindow;
  query: EventQuery = everyEvent;
  /** Positions of the events that the query is about; undefined: all. */
  passing: Int32Array | undefined;
  /** The same as flags, by position. */
  passes: Uint8Array | undefined;
  readonly #listeners: ((change: Change) => void)[] = [];

  constructor(trace: RunTrace) {
    this.timeline = timelineOf(trace);
    this.search = new EventSearch(this.timeline.events);
    this.palette = readPalette();
    this.roleColours = roleColours(this.timeline.lives.roles, this.palette);
    this.kindColours = this.#kindColours();
    const { violationAt, events } = this.timeline;
    this.cursor = violationAt >= 0 ? violationAt : events.length - 1;
    this.window = this.firstWindow();
  }

  /** Times that can be shown: the run, and a little room behind its end. */
  get limits(): TimeWindow {
    const { startUs, endUs } = this.timeline;
    return { fromUs: startUs, untilUs: endUs + (endUs - startUs) * 0.03 + 10 };
  }

  /** The run's whole length, or the last events before the violation. */
  firstWindow(): TimeWindow {
    const { violationAt, timesUs } = this.timeline;
    if (violationAt < 0) return this.limits;
    const endUs = timesUs[violationAt]!;
    const startUs = timesUs[Math.max(0, violationAt - 90)]!;
    const spanUs = Math.max(1_000, endUs - startUs);
    return moved({ fromUs: startUs, untilUs: startUs + spanUs * 1.07 }, 0, this.limits);
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Chooses an event and brings it into view. */
  choose(at: number, reveal: boolean = true): void {
    const { events, timesUs } = this.timeline;
    if (events.length === 0) return;
    this.cursor = Math.min(events.length - 1, Math.max(0, at));
    if (reveal) this.look(revealing(this.window, timesUs[this.cursor]!, this.limits));
    this.#tell('cursor');
  }

  /** Shows another span of time. */
  look(window: TimeWindow): void {
    if (window.fromUs === this.window.fromUs && window.untilUs === this.window.untilUs) return;
    this.window = window;
    this.#tell('window');
  }

  zoom(factor: number, aroundUs: number): void {
    this.look(zoomed(this.window, factor, aroundUs, this.limits));
  }

  pan(byUs: number): void {
    this.look(moved(this.window, byUs, this.limits));
  }

  /** Looks for other events. */
  ask(query: EventQuery): void {
    this.query = query;
    if (isOpen(query)) {
      this.passing = undefined;
      this.passes = undefined;
    } else {
      this.passing = this.search.find(query);
      this.passes = new Uint8Array(this.timeline.events.length);
      for (const at of this.passing) this.passes[at] = 1;
    }
    this.#tell('query');
  }

  /** The next event of interest before or after the cursor, at the same node if so wished. */
  step(by: 1 | -1, sameNode: boolean): void {
    const { events, rowAt } = this.timeline;
    const row = rowAt[this.cursor];
    for (let at = this.cursor + by; at >= 0 && at < events.length; at += by) {
      if (this.passes !== undefined && this.passes[at] === 0) continue;
      if (sameNode && rowAt[at] !== row) continue;
      this.choose(at);
      return;
    }
  }

  /** Takes the colours of another theme. */
  readTheme(): void {
    this.palette = readPalette();
    this.roleColours = roleColours(this.timeline.lives.roles, this.palette);
    this.kindColours = this.#kindColours();
    this.#tell('theme');
  }

  #kindColours(): Map<string, string> {
    const frequentFirst = this.timeline.lines.kinds.map(({ kind }) => kind).reverse();
    return kindColours(frequentFirst, this.palette);
  }
}
