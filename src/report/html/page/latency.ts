import { duration } from '../../format.ts';
import type { PlacedOperation } from '../model/operations.ts';
import type { FaultSort } from '../model/packed-faults.ts';
import { lowerBoundOf } from '../model/time-axis.ts';
import type { App } from './app.ts';
import { describeHit } from './describe.ts';
import { make, Surface } from './dom.ts';
import { sizes } from './geometry.ts';
import { Tooltip } from './tooltip.ts';

/** Latencies of the clients' operations over the same span of time as the diagram, on a log scale. */
export class LatencyPlot {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #surface: Surface;
  readonly #tooltip = new Tooltip();
  readonly #decades: readonly [lowUs: number, highUs: number];
  #waiting = false;

  constructor(app: App) {
    this.#app = app;
    const canvas = make('canvas', {
      class: 'latency-canvas',
      role: 'img',
      'aria-label': 'Latency of client operations over time, in a logarithmic scale',
    });
    this.element = make('div', { class: 'latency' }, canvas, this.#tooltip.element);
    const [shortest, longest] = app.timeline.operations.latencies ?? [1_000, 1_000_000];
    this.#decades = [
      10 ** Math.floor(Math.log10(Math.max(1, shortest))),
      10 ** Math.ceil(Math.log10(Math.max(10, longest + 1))),
    ];
    this.#surface = new Surface(canvas, () => this.#paint());
    app.onChange(() => this.invalidate());
    canvas.addEventListener('pointermove', (event) => this.#hover(event));
    canvas.addEventListener('pointerleave', () => this.#tooltip.hide());
    canvas.addEventListener('click', (event) => {
      const found = this.#near(event);
      const at = found && app.timeline.atStep.get(found.operation.invokedStep);
      if (at !== undefined) app.choose(at);
    });
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
    const { fromUs, untilUs } = this.#app.window;
    const room = this.#surface.width - sizes.left;
    return sizes.left + ((timeUs - fromUs) / (untilUs - fromUs)) * room;
  }

  /** Operations that were never completed stand at the upper edge. */
  #yOf({ operation, fromUs, untilUs }: PlacedOperation): number {
    if (operation.completedUs === null) return 9;
    return this.#heightOf(untilUs - fromUs);
  }

  #heightOf(latencyUs: number): number {
    const [low, high] = this.#decades;
    const share = Math.log(Math.max(low, latencyUs) / low) / Math.log(high / low);
    return this.#surface.height - 8 - share * (this.#surface.height - 30);
  }

  #paint(): void {
    const { context, width, height } = this.#surface;
    const { timeline, palette, cursor } = this.#app;
    context.fillStyle = palette.background;
    context.fillRect(0, 0, width, height);
    this.#paintScale();
    context.save();
    context.beginPath();
    context.rect(sizes.left, 0, width, height);
    context.clip();
    this.#paintFaults();
    this.#eachVisible((one) => this.#paintOne(one));
    const { violation } = timeline.trace.record;
    if (violation !== undefined) this.#rule(violation.virtualUs, palette.bad);
    if (timeline.events.length > 0) this.#rule(timeline.timesUs[cursor]!, palette.accent);
    context.restore();
    context.fillStyle = palette.line;
    context.fillRect(sizes.left - 1, 0, 1, height);
    context.fillRect(0, 0, width, 1);
  }

  /** Shades the times at which faults were in force, those of one sort as one. */
  #paintFaults(): void {
    const { context, height } = this.#surface;
    const { timeline, palette, window } = this.#app;
    const shades = new Map<FaultSort, Path2D>();
    for (const { sort, fromUs, untilUs } of timeline.faults) {
      if (untilUs < window.fromUs || fromUs > window.untilUs) continue;
      const shade = shades.get(sort) ?? new Path2D();
      shades.set(sort, shade);
      const x = this.#xOf(fromUs);
      shade.rect(x, 0, Math.max(2, this.#xOf(untilUs) - x), height);
    }
    context.globalAlpha = 0.07;
    for (const [sort, shade] of shades) {
      context.fillStyle = palette.faults[sort];
      context.fill(shade);
    }
    context.globalAlpha = 1;
  }

  #rule(timeUs: number, colour: string): void {
    const { context, height } = this.#surface;
    context.fillStyle = colour;
    context.fillRect(this.#xOf(timeUs) - 0.5, 0, 1, height);
  }

  #paintScale(): void {
    const { context, width, height } = this.#surface;
    const { palette, timeline } = this.#app;
    context.font = `600 12px ${palette.font}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillStyle = palette.text;
    context.fillText('latency', 14, 12);
    context.font = `11px ${palette.mono}`;
    context.textAlign = 'right';
    const [low, high] = this.#decades;
    for (let us = low; us <= high; us *= 10) {
      const y = Math.round(this.#heightOf(us)) + 0.5;
      context.fillStyle = palette.grid;
      context.fillRect(sizes.left, y, width, 1);
      context.fillStyle = palette.muted;
      if (y > 22 || us === low) context.fillText(duration(us), sizes.left - 8, y);
    }
    if (timeline.operations.all.length > 0) return;
    context.textAlign = 'center';
    context.font = `12px ${palette.font}`;
    context.fillText('no client kept a history', (sizes.left + width) / 2, height / 2);
  }

  #eachVisible(visit: (one: PlacedOperation) => void): void {
    const { operations } = this.#app.timeline;
    const { fromUs, untilUs } = this.#app.window;
    const reach = ((untilUs - fromUs) / Math.max(1, this.#surface.width)) * 6;
    const last = lowerBoundOf(operations.fromUs, untilUs + reach);
    for (let index = lowerBoundOf(operations.fromUs, fromUs - reach); index < last; index++) {
      visit(operations.all[index]!);
    }
  }

  /** Circle: ok; triangle: fail; square: info or never completed. */
  #paintOne(one: PlacedOperation): void {
    const { context } = this.#surface;
    const { palette } = this.#app;
    const { outcome } = one.operation;
    const [x, y] = [this.#xOf(one.fromUs), this.#yOf(one)];
    context.strokeStyle = palette[outcome === 'open' ? 'info' : outcome];
    context.fillStyle = context.strokeStyle;
    context.lineWidth = 1.4;
    context.beginPath();
    if (outcome === 'ok') context.arc(x, y, 2.8, 0, 2 * Math.PI);
    else if (outcome === 'fail') {
      context.moveTo(x, y - 4);
      context.lineTo(x + 4, y + 3);
      context.lineTo(x - 4, y + 3);
      context.closePath();
    } else context.rect(x - 3, y - 3, 6, 6);
    if (outcome === 'open') context.stroke();
    else context.fill();
  }

  #near(event: MouseEvent): PlacedOperation | undefined {
    const { x, y } = this.#surface.pointOf(event);
    let best: PlacedOperation | undefined;
    let nearest = 8;
    this.#eachVisible((one) => {
      const distance = Math.hypot(this.#xOf(one.fromUs) - x, this.#yOf(one) - y);
      if (distance >= nearest) return;
      nearest = distance;
      best = one;
    });
    return best;
  }

  #hover(event: MouseEvent): void {
    const found = this.#near(event);
    this.#surface.canvas.style.cursor = found === undefined ? '' : 'pointer';
    if (found === undefined) this.#tooltip.hide();
    else {
      const description = describeHit(this.#app, { kind: 'operation', at: -1, operation: found });
      this.#tooltip.show(description, event.clientX, event.clientY);
    }
  }
}
