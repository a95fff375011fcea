import { count, plural } from '../../format.ts';
import type { App } from './app.ts';
import { describeHit } from './describe.ts';
import { make, Surface } from './dom.ts';
import { type Geometry, geometryOf, sizes } from './geometry.ts';
import { type Hit, hitAt } from './hit.ts';
import { paintChoice, paintEvents } from './paint-events.ts';
import { fitted, paintFrame } from './paint-frame.ts';
import { type MessageCensus, paintMessages } from './paint-messages.ts';
import { paintRoles, paintRows, roleText } from './paint-rows.ts';
import { Tooltip } from './tooltip.ts';

/** The space-time diagram: nodes are lines, time goes to the right, messages are arrows. */
export class Diagram {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #chosen: () => void;
  readonly #surface: Surface;
  readonly #note: HTMLElement;
  readonly #tooltip: Tooltip;
  #geometry: Geometry;
  #scrollY = 0;
  #waiting = false;
  #drag: { readonly x: number; readonly y: number; moved: boolean } | undefined;

  /** @param chosen called when a person chooses an event here */
  constructor(app: App, chosen: () => void) {
    this.#app = app;
    this.#chosen = chosen;
    const canvas = make('canvas', {
      class: 'diagram-canvas',
      tabindex: '0',
      role: 'application',
      'aria-label': 'Space-time diagram. Arrow keys move from event to event, ? shows all keys.',
    });
    this.#note = make('div', { class: 'diagram-note' });
    this.#tooltip = new Tooltip();
    this.element = make('div', { class: 'diagram' }, canvas, this.#note, this.#tooltip.element);
    this.#surface = new Surface(canvas, () => this.#paint());
    this.#geometry = this.#layOut();
    app.onChange(() => this.invalidate());
    this.#listen(canvas);
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

  #layOut(): Geometry {
    const { timeline, window } = this.#app;
    const { width, height } = this.#surface;
    return geometryOf(timeline, window, width, height, this.#scrollY);
  }

  #paint(): void {
    const { context } = this.#surface;
    const place = this.#layOut();
    this.#geometry = place;
    const app = this.#app;
    paintFrame(context, app, place);
    context.save();
    context.beginPath();
    context.rect(place.left, place.top - 2, place.width, place.height);
    context.clip();
    paintRows(context, app, place);
    const census = paintMessages(context, app, place);
    paintEvents(context, app, place);
    paintRoles(context, app, place);
    context.restore();
    context.save();
    context.beginPath();
    context.rect(place.left, 0, place.width, place.height);
    context.clip();
    paintChoice(context, app, place);
    context.restore();
    this.#paintNames(place);
    this.#tell(census);
  }

  #tell({ drawn, all }: MessageCensus): void {
    const text =
      drawn < all
        ? `${plural(drawn, 'message')} of ${count(all)} drawn, rare kinds first; zoom in for all`
        : '';
    if (this.#note.textContent !== text) this.#note.textContent = text;
    this.#note.hidden = text === '';
  }

  /** Names of the rows, with what each node is at the chosen event. */
  #paintNames(place: Geometry): void {
    const { context } = this.#surface;
    const { timeline, palette, cursor, roleColours } = this.#app;
    context.fillStyle = palette.background;
    context.fillRect(0, place.top - 2, place.left - 1, place.height);
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    timeline.rows.forEach(({ id, server }, row) => {
      const y = place.yOf(row);
      if (y < place.top) return;
      const status = timeline.states.statusAt(row, cursor);
      const role = timeline.states.roleAt(row, cursor);
      const term = timeline.states.fieldAt(row, 'term', cursor);
      const number = typeof term === 'number' ? term : undefined;
      const words =
        status === 'up' ? (role === '' ? '' : roleText({ role, term: number })) : status;
      const two = server && words !== '';
      context.fillStyle = server ? palette.text : palette.muted;
      context.font = `${server ? 600 : 400} ${server ? 13 : 12}px ${palette.font}`;
      context.fillText(id, 14, two ? y - 7 : y);
      if (!two) return;
      context.fillStyle =
        status === 'up' ? (roleColours.get(role) ?? palette.muted) : palette.faint;
      context.fillRect(4, y - 12, 4, 24);
      context.fillStyle = palette.muted;
      context.font = `11px ${palette.font}`;
      context.fillText(fitted(context, words, place.left - 20), 14, y + 8);
    });
    context.fillStyle = palette.line;
    context.fillRect(place.left - 1, 0, 1, place.height);
  }

  #hit(event: MouseEvent): Hit | undefined {
    const { x, y } = this.#surface.pointOf(event);
    return hitAt(this.#app, this.#geometry, x, y);
  }

  #listen(canvas: HTMLCanvasElement): void {
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener('pointerdown', (event) => {
      const { x, y } = this.#surface.pointOf(event);
      this.#drag = { x, y, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    canvas.addEventListener('pointerup', (event) => {
      const dragged = this.#drag?.moved === true;
      this.#drag = undefined;
      canvas.style.cursor = '';
      if (!dragged) this.#choose(event);
    });
    canvas.addEventListener('pointerleave', () => this.#tooltip.hide());
  }

  #choose(event: MouseEvent): void {
    const hit = this.#hit(event);
    if (hit === undefined || hit.at < 0) return;
    this.#app.choose(hit.at, false);
    this.#chosen();
  }

  #move(event: PointerEvent): void {
    const { x, y } = this.#surface.pointOf(event);
    const drag = this.#drag;
    if (drag === undefined) {
      const hit = this.#hit(event);
      if (hit === undefined) this.#tooltip.hide();
      else this.#tooltip.show(describeHit(this.#app, hit), event.clientX, event.clientY);
      this.#surface.canvas.style.cursor = hit === undefined ? '' : 'pointer';
      return;
    }
    if (!drag.moved && Math.hypot(x - drag.x, y - drag.y) < 4) return;
    this.#tooltip.hide();
    this.#surface.canvas.style.cursor = 'grabbing';
    this.#scrollBy(drag.y - y);
    this.#app.pan((drag.x - x) * this.#geometry.usPerPixel);
    this.#drag = { x, y, moved: true };
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#tooltip.hide();
    const { x } = this.#surface.pointOf(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const by = (event.deltaX === 0 ? event.deltaY : event.deltaX) * lines;
      this.#app.pan(by * this.#geometry.usPerPixel);
    } else if (x < sizes.left) this.#scrollBy(event.deltaY * lines);
    else {
      const factor = Math.exp(Math.max(-200, Math.min(200, event.deltaY * lines)) * 0.0022);
      this.#app.zoom(factor, this.#geometry.timeOf(x));
    }
  }

  #scrollBy(by: number): void {
    const { rowsHeight, height, top } = this.#geometry;
    const most = Math.max(0, rowsHeight - (height - top));
    this.#scrollY = Math.min(most, Math.max(0, this.#scrollY + by));
    this.invalidate();
  }
}
