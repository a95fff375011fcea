import { lastAtOrBefore } from '../model/timeline.ts';
import type { App } from './app.ts';
import { make, Surface } from './dom.ts';
import { sizes } from './geometry.ts';

/** How near an edge of the window a pointer takes hold of it, in pixels. */
const gripPixels = 6;

type Hold = { readonly what: 'cursor' | 'from' | 'until' | 'window'; lastX: number };

/** The scrubber: the whole run in small, with the part that the diagram shows. */
export class Overview {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #surface: Surface;
  #waiting = false;
  #hold: Hold | undefined;
  /** Events per column, kept while the width stays. */
  #columns: Uint32Array = new Uint32Array(0);

  constructor(app: App) {
    this.#app = app;
    const canvas = make('canvas', {
      class: 'overview-canvas',
      role: 'slider',
      'aria-label': 'Time. Drag to scrub, drag the shaded window or its edges to look elsewhere.',
      tabindex: '0',
    });
    this.element = make('div', { class: 'overview' }, canvas);
    this.#surface = new Surface(canvas, () => this.#paint());
    app.onChange(() => this.invalidate());
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#grip(event);
    });
    canvas.addEventListener('pointermove', (event) => this.#drag(event));
    canvas.addEventListener('pointerup', () => {
      this.#hold = undefined;
    });
    canvas.addEventListener('dblclick', () => app.look(app.limits));
  }

  /** Paints anew with the next frame. */
  invalidate(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#paint();
    });
  }

  #xOf(timeUs: number): number {
    const { fromUs, untilUs } = this.#app.limits;
    const room = this.#surface.width - sizes.left;
    return sizes.left + ((timeUs - fromUs) / (untilUs - fromUs)) * room;
  }

  #timeOf(x: number): number {
    const { fromUs, untilUs } = this.#app.limits;
    const room = this.#surface.width - sizes.left;
    return fromUs + ((x - sizes.left) / room) * (untilUs - fromUs);
  }

  #paint(): void {
    const { context, width, height } = this.#surface;
    const { timeline, palette, window, cursor } = this.#app;
    context.fillStyle = palette.background;
    context.fillRect(0, 0, width, height);
    context.fillStyle = palette.muted;
    context.font = `11px ${palette.font}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillText('whole run', 14, height / 2);
    for (const { sort, lane, fromUs, untilUs } of timeline.faults) {
      if (lane > 3) continue;
      context.fillStyle = palette.faults[sort];
      const x = this.#xOf(fromUs);
      context.fillRect(x, 3 + lane * 4, Math.max(2, this.#xOf(untilUs) - x), 3);
    }
    this.#paintEvents(height);
    const [from, until] = [this.#xOf(window.fromUs), this.#xOf(window.untilUs)];
    context.fillStyle = palette.accent;
    context.globalAlpha = 0.14;
    context.fillRect(from, 0, Math.max(3, until - from), height);
    context.globalAlpha = 1;
    context.fillRect(from - 1, 0, 2, height);
    context.fillRect(until - 1, 0, 2, height);
    const { violation } = timeline.trace.record;
    if (violation !== undefined) {
      const x = this.#xOf(violation.virtualUs);
      context.fillStyle = palette.bad;
      context.fillRect(x - 1, 0, 2, height);
      context.beginPath();
      context.moveTo(x - 5, 0);
      context.lineTo(x + 5, 0);
      context.lineTo(x, 7);
      context.fill();
    }
    if (timeline.events.length === 0) return;
    const x = this.#xOf(timeline.timesUs[cursor]!);
    context.fillStyle = palette.accent;
    context.fillRect(x - 0.75, 0, 1.5, height);
    context.beginPath();
    context.arc(x, height - 5, 4.5, 0, 2 * Math.PI);
    context.fill();
  }

  /** How much happened when, as columns; those of interest in front when there is a query. */
  #paintEvents(height: number): void {
    const { context } = this.#surface;
    const { palette, passing } = this.#app;
    const all = this.#counts();
    const top = 20;
    const room = height - top - 2;
    const most = all.reduce((a, b) => Math.max(a, b), 1);
    const bars = (counts: Uint32Array, colour: string): void => {
      context.fillStyle = colour;
      counts.forEach((count, column) => {
        if (count === 0) return;
        const size = Math.max(1, room * Math.sqrt(count / most));
        context.fillRect(sizes.left + column * 2, height - 2 - size, 1.6, size);
      });
    };
    bars(all, palette.faint);
    if (passing !== undefined) bars(this.#countsOf(passing), palette.accent);
  }

  #counts(): Uint32Array {
    const columns = Math.max(1, Math.ceil((this.#surface.width - sizes.left) / 2));
    if (this.#columns.length !== columns) {
      this.#columns = this.#countsOf(this.#app.timeline.events.keys());
    }
    return this.#columns;
  }

  #countsOf(positions: Iterable<number>): Uint32Array {
    const columns = Math.max(1, Math.ceil((this.#surface.width - sizes.left) / 2));
    const counts = new Uint32Array(columns);
    const { timesUs } = this.#app.timeline;
    for (const at of positions) {
      const column = Math.floor((this.#xOf(timesUs[at]!) - sizes.left) / 2);
      if (column >= 0 && column < columns) counts[column]!++;
    }
    return counts;
  }

  #grip(event: PointerEvent): void {
    const { x } = this.#surface.pointOf(event);
    const { window } = this.#app;
    const [from, until] = [this.#xOf(window.fromUs), this.#xOf(window.untilUs)];
    if (Math.abs(x - from) < gripPixels) this.#hold = { what: 'from', lastX: x };
    else if (Math.abs(x - until) < gripPixels) this.#hold = { what: 'until', lastX: x };
    else if (event.shiftKey && x > from && x < until) this.#hold = { what: 'window', lastX: x };
    else {
      this.#hold = { what: 'cursor', lastX: x };
      this.#scrub(x);
    }
  }

  #drag(event: PointerEvent): void {
    const { x } = this.#surface.pointOf(event);
    const hold = this.#hold;
    const app = this.#app;
    if (hold === undefined) {
      const near = [app.window.fromUs, app.window.untilUs].some(
        (timeUs) => Math.abs(this.#xOf(timeUs) - x) < gripPixels,
      );
      this.#surface.canvas.style.cursor = near ? 'ew-resize' : 'pointer';
      return;
    }
    const timeUs = Math.min(app.limits.untilUs, Math.max(app.limits.fromUs, this.#timeOf(x)));
    const { fromUs, untilUs } = app.window;
    if (hold.what === 'cursor') this.#scrub(x);
    else if (hold.what === 'window') app.pan(this.#timeOf(x) - this.#timeOf(hold.lastX));
    else if (hold.what === 'from' && timeUs < untilUs - 20) app.look({ fromUs: timeUs, untilUs });
    else if (hold.what === 'until' && timeUs > fromUs + 20) app.look({ fromUs, untilUs: timeUs });
    hold.lastX = x;
  }

  #scrub(x: number): void {
    const { timeline, passing } = this.#app;
    const at = Math.max(0, lastAtOrBefore(timeline.timesUs, this.#timeOf(x)));
    if (passing === undefined) this.#app.choose(at);
    else {
      let near = passing[0] ?? at;
      for (const one of passing) {
        if (one > at) break;
        near = one;
      }
      this.#app.choose(near);
    }
  }
}
