import { phaseTimes } from '../../run/build-case.ts';
import type { WorldObserver } from '../../sim/observer.ts';
import type { Comparison, EventLine, PastSnapshot } from '../snapshot.ts';
import { tracedLine } from './event-lines.ts';
import { outcomeOf } from './frame.ts';
import type { Past } from './past.ts';
import { Trail } from './trail.ts';

/** Steps that both pasts do between two looks at where they differ. The ring of a world holds more. */
const chunkSteps = 1_024;
const shownLines = 8;

interface Side {
  readonly trail: Trail;
  /** By step, modulo the chunk. */
  readonly fingerprints: Int32Array;
}

/** Runs two pasts to their ends side by side and finds where they part. */
export class CompareTask {
  readonly edit: string;
  /** The second one, for whoever wants to go on in it. */
  readonly second: Past;
  readonly #endUs: number;
  readonly #sides: readonly [Side, Side];
  #parting: NonNullable<Comparison['parting']> | undefined;
  #compared = 0;

  constructor(first: Past, second: Past, edit: string, drain: (() => void) | undefined) {
    this.edit = edit;
    this.second = second;
    this.#endUs = phaseTimes(first.scenario).endUs;
    this.#sides = [sideOf(first, drain), sideOf(second, drain)];
  }

  get complete(): boolean {
    return this.#sides.every(({ trail }) => trail.done);
  }

  /** The first step that differs; undefined while none is known. */
  get partingStep(): number | undefined {
    return this.#parting?.step;
  }

  /** Goes on with each side for at most so many steps. */
  go(steps: number): void {
    const upTo = this.#parting === undefined ? this.#compared + chunkSteps : Infinity;
    for (const { trail } of this.#sides) {
      trail.advance(Math.min(steps, upTo - trail.steps));
    }
    if (this.#parting === undefined) this.#compare();
  }

  snapshot(): Comparison {
    const progress = this.#sides.map(({ trail }) => (trail.done ? 1 : trail.timeUs / this.#endUs));
    const [first, second] = this.#sides;
    return {
      edit: this.edit,
      complete: this.complete,
      progress: Math.min(1, (progress[0]! + progress[1]!) / 2),
      first: pastOf('as it was', first.trail),
      second: pastOf(this.edit, second.trail),
      ...(this.#parting === undefined ? {} : { parting: this.#parting }),
    };
  }

  #compare(): void {
    const [first, second] = this.#sides;
    const common = Math.min(first.trail.steps, second.trail.steps);
    for (let step = this.#compared + 1; step <= common; step++) {
      const at = step % chunkSteps;
      if (first.fingerprints[at] !== second.fingerprints[at]) {
        this.#part(step);
        return;
      }
    }
    this.#compared = common;
    const ended = this.#sides.some(({ trail }) => trail.done && trail.steps === common);
    const other = this.#sides.some(({ trail }) => trail.steps > common);
    if (ended && other) this.#part(common + 1);
  }

  #part(step: number): void {
    const [first, second] = this.#sides;
    // The lines behind it have to have happened, and must still be in the ring.
    for (const { trail } of this.#sides)
      trail.advance(Math.max(0, step + 4 * shownLines - trail.steps));
    const lines = withoutCommon(linesFrom(first.trail, step), linesFrom(second.trail, step));
    const timeUs = Math.min(...lines.map(([line]) => line?.timeUs ?? Number.POSITIVE_INFINITY));
    this.#parting = {
      step,
      timeUs: Number.isFinite(timeUs) ? timeUs : first.trail.timeUs,
      first: lines[0],
      second: lines[1],
    };
  }
}

function sideOf(past: Past, drain: (() => void) | undefined): Side {
  const fingerprints = new Int32Array(chunkSteps);
  const observe = (trail: Trail): WorldObserver => ({
    afterStep: ({ index }) => {
      fingerprints[index % chunkSteps] = trail.run.world.fingerprint;
    },
  });
  return { trail: new Trail(past.scenario, past.caseFile, drain, observe), fingerprints };
}

/** What happened between the last equal step and the parting may be equal as well. */
function withoutCommon(
  first: readonly EventLine[],
  second: readonly EventLine[],
): readonly [readonly EventLine[], readonly EventLine[]] {
  const same = first.findIndex((line, at) => {
    const other = second[at];
    return other?.timeUs !== line.timeUs || other.text !== line.text || other.node !== line.node;
  });
  const from = Math.max(0, same);
  return [first, second].map((lines) => lines.slice(from, from + shownLines)) as [
    EventLine[],
    EventLine[],
  ];
}

function linesFrom({ run, chronicle }: Trail, step: number): readonly EventLine[] {
  const { world } = run;
  const lines: EventLine[] = [];
  for (let at = step; at < step + shownLines; at++) {
    const traced = world.trace.step(at);
    if (traced !== undefined) lines.push({ ...tracedLine(world, traced), marked: false });
  }
  const last = lines.at(-1)?.step ?? step;
  const outside = chronicle.outside
    .filter((line) => line.step >= step - 1 && line.step <= last)
    .map((line) => ({ ...line, marked: false }));
  return [...lines, ...outside]
    .sort((a, b) => a.step - b.step || a.place - b.place)
    .slice(0, 2 * shownLines);
}

function pastOf(title: string, trail: Trail): PastSnapshot {
  const { chronicle } = trail;
  const outcome = outcomeOf(trail);
  const { ok, fail, leaders, begun: faults, deaths } = chronicle;
  return {
    title,
    ...(outcome === undefined ? {} : { outcome }),
    ok,
    fail,
    leaders,
    faults,
    deaths,
  };
}
