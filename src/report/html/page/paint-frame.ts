import type { PackedFault } from '../model/packed-faults.ts';
import { ticksIn } from '../model/time-axis.ts';
import type { App } from './app.ts';
import { type Geometry, sizes } from './geometry.ts';

/** Paints grid, phases, time axis and the bars of faults above the rows. */
export function paintFrame(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { palette } = app;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, place.width, place.height);
  paintGrid(context, app, place);
  context.save();
  context.beginPath();
  context.rect(place.left, 0, place.width - place.left, place.height);
  context.clip();
  paintPhases(context, app, place);
  for (const fault of app.timeline.faults) paintBar(context, app, place, fault);
  context.restore();
}

function paintGrid(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { palette } = app;
  const room = place.width - place.left;
  context.font = `11px ${palette.mono}`;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  for (const { timeUs, label } of ticksIn(place.window, Math.max(2, Math.floor(room / 110)))) {
    const x = Math.round(place.xOf(timeUs)) + 0.5;
    context.strokeStyle = palette.grid;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, sizes.axis - 4);
    context.lineTo(x, place.height);
    context.stroke();
    const half = context.measureText(label).width / 2;
    if (x - half < place.left - 2 || x + half > place.width) continue;
    context.fillStyle = palette.muted;
    context.fillText(label, x, sizes.axis / 2);
  }
}

/** The phases of the run, as bars below the axis and lines between them. */
function paintPhases(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { timeline, palette } = app;
  const phases = timeline.events.filter(({ type }) => type === 'phase');
  context.font = `11px ${palette.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  phases.forEach((event, index) => {
    if (event.type === 'step') return;
    const next = phases[index + 1];
    const from = place.xOf(event.timeUs);
    const until = place.xOf(next?.timeUs ?? timeline.endUs);
    // Heal and settle begin at one moment, and the end has no length.
    if (until <= from || until < place.left || from > place.width) return;
    context.fillStyle = index % 2 === 0 ? palette.grid : palette.line;
    context.fillRect(from, sizes.axis, until - from, sizes.phases - 2);
    context.fillStyle = palette.muted;
    context.fillRect(Math.round(from), sizes.axis, 1, place.height);
    const start = Math.max(from, place.left) + 6;
    const room = Math.min(until, place.width) - start;
    const name = event.text === 'settle' ? 'heal, settle' : event.text;
    context.fillText(fitted(context, name, room), start, sizes.axis + sizes.phases / 2 - 0.5);
  });
}

function paintBar(
  context: CanvasRenderingContext2D,
  { palette }: App,
  place: Geometry,
  { sort, lane, fromUs, untilUs, family, text }: PackedFault,
): void {
  if (lane >= place.bars) return;
  const from = Math.max(place.left - 4, place.xOf(fromUs));
  const until = Math.min(place.width + 4, Math.max(place.xOf(untilUs), place.xOf(fromUs) + 3));
  if (until < place.left || from > place.width) return;
  const y = sizes.axis + sizes.phases + lane * sizes.faultBar + 1;
  const height = sizes.faultBar - 3;
  context.globalAlpha = 0.16;
  context.fillStyle = palette.faults[sort];
  context.fillRect(from, y, until - from, height);
  context.globalAlpha = 1;
  context.fillRect(from, y, 3, height);
  context.fillRect(from, y + height - 1, until - from, 1);
  const room = until - from - 9;
  if (room < 24) return;
  context.font = `11px ${palette.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = palette.text;
  const whole = text.startsWith(family) ? text : `${family}: ${text}`;
  context.fillText(fitted(context, whole, room), from + 7, y + height / 2 + 0.5);
}

/** As much of a text as there is room for. */
export function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low)}…`;
}
