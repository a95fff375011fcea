import type { TraceEvent } from '../../../record/trace-event.ts';
import { lowerBoundOf } from '../model/time-axis.ts';
import { causesOf } from '../model/timeline.ts';
import type { App } from './app.ts';
import type { Geometry } from './geometry.ts';
import { endsOf } from './paint-messages.ts';

/** Up to so many events in the window are drawn one by one; more of them as columns. */
const mostMarks = 5_000;

/** Paints what happened at the nodes, as marks or, where there are too many, as columns. */
export function paintEvents(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { timesUs } = app.timeline;
  const first = lowerBoundOf(timesUs, place.window.fromUs - 4 * place.usPerPixel);
  const last = lowerBoundOf(timesUs, place.window.untilUs + 4 * place.usPerPixel);
  if (last - first > mostMarks) paintColumns(context, app, place, first, last);
  else {
    for (let at = first; at < last; at++) {
      if (app.passes === undefined || app.passes[at] === 1) paintMark(context, app, place, at);
    }
  }
}

/** How many events each node had in each column of pixels. */
function paintColumns(
  context: CanvasRenderingContext2D,
  app: App,
  place: Geometry,
  first: number,
  last: number,
): void {
  const { rowAt, timesUs, rows } = app.timeline;
  const pitch = 2;
  const columns = Math.ceil((place.width - place.left) / pitch) + 1;
  const counts = new Uint16Array(columns * rows.length);
  let most = 1;
  for (let at = first; at < last; at++) {
    const row = rowAt[at]!;
    if (row < 0 || (app.passes !== undefined && app.passes[at] === 0)) continue;
    const column = Math.floor((place.xOf(timesUs[at]!) - place.left) / pitch);
    if (column < 0 || column >= columns) continue;
    const count = ++counts[row * columns + column]!;
    if (count > most) most = count;
  }
  context.fillStyle = app.palette.text;
  context.globalAlpha = 0.5;
  for (let row = 0; row < rows.length; row++) {
    const room = place.rowHeight[row]! * 0.36;
    for (let column = 0; column < columns; column++) {
      const count = counts[row * columns + column]!;
      if (count === 0) continue;
      const height = Math.max(1, room * Math.sqrt(count / most));
      const x = place.left + column * pitch;
      context.fillRect(x, place.yOf(row) - height / 2, pitch - 0.5, height);
    }
  }
  context.globalAlpha = 1;
}

function paintMark(context: CanvasRenderingContext2D, app: App, place: Geometry, at: number): void {
  const { timeline, palette } = app;
  const row = timeline.rowAt[at]!;
  if (row < 0) return;
  const event = timeline.events[at]!;
  const x = place.xOf(timeline.timesUs[at]!);
  const y = place.yOf(row);
  const { server } = timeline.rows[row]!;
  const big = server ? 1 : 0.8;
  const colour = colourOf(event, app);
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.3;
  context.beginPath();
  shapeOf(context, event, x, y, big, palette.background);
}

function colourOf(event: TraceEvent, { palette }: App): string {
  if (event.type === 'threw') return palette.bad;
  if (event.type === 'lifecycle') return event.text === 'started' ? palette.ok : palette.bad;
  if (event.type !== 'step') return palette.muted;
  return event.changed !== undefined || event.role !== undefined ? palette.text : palette.muted;
}

/** Circle: message; ring: timer; square: disk; triangle: start; cross: end of a life; tick: said. */
function shapeOf(
  context: CanvasRenderingContext2D,
  event: TraceEvent,
  x: number,
  y: number,
  big: number,
  background: string,
): void {
  const cause = event.type === 'step' ? event.cause : event.type;
  switch (cause) {
    case 'message':
    case 'release':
      context.arc(x, y, 2.6 * big, 0, 2 * Math.PI);
      context.fill();
      return;
    case 'timer':
      context.arc(x, y, 2.6 * big, 0, 2 * Math.PI);
      context.fillStyle = background;
      context.fill();
      context.stroke();
      return;
    case 'disk':
      context.rect(x - 2.1 * big, y - 2.1 * big, 4.2 * big, 4.2 * big);
      context.fillStyle = background;
      context.fill();
      context.stroke();
      return;
    case 'start':
      context.moveTo(x - 3, y - 5);
      context.lineTo(x + 5, y);
      context.lineTo(x - 3, y + 5);
      context.fill();
      return;
    case 'lifecycle':
      if (event.type !== 'step' && event.text === 'started') return;
      context.lineWidth = 2.2;
      context.moveTo(x - 4, y - 4);
      context.lineTo(x + 4, y + 4);
      context.moveTo(x + 4, y - 4);
      context.lineTo(x - 4, y + 4);
      context.stroke();
      return;
    case 'threw':
      context.rect(x - 5, y - 5, 10, 10);
      context.fill();
      return;
    default:
      context.moveTo(x, y + 3);
      context.lineTo(x, y + 8);
      context.stroke();
  }
}

/** Paints the chosen event, what led to it, and the violation. */
export function paintChoice(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { timeline, palette, cursor } = app;
  if (timeline.events.length === 0) return;
  paintViolation(context, app, place);
  const chain = causesOf(timeline, cursor);
  context.strokeStyle = palette.accent;
  context.lineWidth = 2.4;
  context.beginPath();
  chain.forEach((at, index) => {
    const line = timeline.lines.receivedAt.get(at);
    if (line !== undefined) {
      const [x1, y1, x2, y2] = endsOf(place, line);
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      return;
    }
    const before = chain[index + 1];
    if (before === undefined || timeline.rowAt[before] !== timeline.rowAt[at]) return;
    const y = place.yOf(timeline.rowAt[at]!);
    context.moveTo(place.xOf(timeline.timesUs[before]!), y);
    context.lineTo(place.xOf(timeline.timesUs[at]!), y);
  });
  context.stroke();
  const x = place.xOf(timeline.timesUs[cursor]!);
  context.globalAlpha = 0.75;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, 0);
  context.lineTo(Math.round(x) + 0.5, place.height);
  context.stroke();
  context.globalAlpha = 1;
  const row = timeline.rowAt[cursor]!;
  if (row < 0) return;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, place.yOf(row), 6.5, 0, 2 * Math.PI);
  context.stroke();
}

function paintViolation(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { timeline, palette } = app;
  const { violation } = timeline.trace.record;
  if (violation === undefined) return;
  const x = place.xOf(violation.virtualUs);
  context.strokeStyle = palette.bad;
  context.fillStyle = palette.bad;
  context.lineWidth = 1.5;
  context.setLineDash([6, 4]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, place.height);
  context.stroke();
  context.setLineDash([]);
  for (const node of violation.nodes) {
    const row = timeline.rowOf.get(node);
    if (row === undefined) continue;
    const y = place.yOf(row);
    context.lineWidth = 2.5;
    context.beginPath();
    context.moveTo(x, y - 10);
    context.lineTo(x + 10, y);
    context.lineTo(x, y + 10);
    context.lineTo(x - 10, y);
    context.closePath();
    context.stroke();
  }
  const label = `${violation.rung} broken`;
  context.font = `700 11px ${palette.font}`;
  const width = context.measureText(label).width + 12;
  const left = x + width + 6 > place.width ? x - width - 2 : x + 2;
  context.fillRect(left, place.top - 1, width, 16);
  context.fillStyle = palette.background;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(label, left + 6, place.top + 7.5);
}
