import { EventRecorder } from '../../run/event-recorder.ts';
import type { WorldObserver } from '../../sim/observer.ts';
import type { EventFilter } from '../commands.ts';
import type { SearchSnapshot } from '../snapshot.ts';
import { lineFilter, type PlainLine, recordedLine } from './event-lines.ts';
import type { Past, Place } from './past.ts';
import { Trail } from './trail.ts';

const mostHits = 500;

/** Looks at every event of a past up to where it was known when the search began. */
export class SearchTask {
  readonly filter: EventFilter;
  readonly #until: Place;
  readonly #matches: (line: PlainLine) => boolean;
  readonly #trail: Trail;
  readonly #hits: PlainLine[] = [];
  #total = 0;
  #places = 0;
  #lastStep = 0;

  constructor(past: Past, filter: EventFilter, drain: (() => void) | undefined) {
    this.filter = filter;
    this.#until = past.furthest;
    this.#matches = lineFilter(filter);
    this.#trail = new Trail(past.scenario, past.caseFile, drain, (trail) => this.#observer(trail));
  }

  get complete(): boolean {
    return this.#trail.done || this.#trail.steps >= this.#until.step;
  }

  /** Goes on for at most so many steps. */
  go(steps: number): void {
    this.#trail.advance(Math.min(steps, this.#until.step - this.#trail.steps));
  }

  snapshot(marked: (step: number) => boolean): SearchSnapshot {
    return {
      filter: this.filter,
      hits: this.#hits.map((line) => ({ ...line, marked: marked(line.step) })),
      total: this.#total,
      scanned: this.#trail.steps,
      complete: this.complete,
    };
  }

  #observer(trail: Trail): WorldObserver {
    let recorder: EventRecorder | undefined;
    const tell = (): EventRecorder => {
      recorder ??= new EventRecorder(trail.run.world, (event) => {
        if (event.step !== this.#lastStep) this.#places = 0;
        this.#lastStep = event.step;
        this.#look(recordedLine(event, event.type === 'step' ? 0 : ++this.#places));
      });
      return recorder;
    };
    return {
      afterStep: (step) => tell().afterStep(step),
      lifecycle: (node, what) => tell().lifecycle(node, what),
      threw: (node, error) => tell().threw(node, error),
      probe: (node, name) => tell().probe(node, name),
      log: (node, text, fields) => tell().log(node, text, fields),
      fault: (event) => tell().fault(event),
    };
  }

  #look(line: PlainLine): void {
    if (!this.#matches(line)) return;
    this.#total++;
    if (this.#hits.length < mostHits) this.#hits.push(line);
  }
}
