import type { LifeSpan } from '../model/lives.ts';
import type { PlacedOperation } from '../model/operations.ts';
import type { FaultSort } from '../model/packed-faults.ts';
import { lowerBoundOf } from '../model/time-axis.ts';
import type { App } from './app.ts';
import { type Geometry, sizes } from './geometry.ts';
import { fitted } from './paint-frame.ts';

/** Paints what stands behind the messages: lives and roles of nodes, faults at them, operations. */
export function paintRows(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { timeline } = app;
  paintStrips(context, app, place);
  timeline.rows.forEach(({ server }, row) => {
    for (const span of timeline.lives.spans[row]!) {
      if (span.untilUs < place.window.fromUs || span.fromUs > place.window.untilUs) continue;
      paintSpan(context, app, place, row, span, server);
    }
  });
  paintOperations(context, app, place);
}

/**
 * Faults at the nodes that they strike: a tint over the row, a strip at its foot. Tints of one sort are
 * filled as one path, so that faults that overlap do not add up to a colour that means nothing.
 */
function paintStrips(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { palette, timeline } = app;
  const tints = new Map<string, Path2D>();
  for (const { sort, fromUs, untilUs, rows, cut } of timeline.faults) {
    if (untilUs < place.window.fromUs || fromUs > place.window.untilUs) continue;
    const from = Math.max(place.left, place.xOf(fromUs));
    const width = Math.max(3, place.xOf(untilUs) - from);
    const tint = tints.get(sort) ?? new Path2D();
    tints.set(sort, tint);
    for (const { row, lane, far } of rows) {
      const [top, height] = [place.rowTop[row]!, place.rowHeight[row]!];
      tint.rect(from, top + 1, width, height - 2);
      const y = top + height - 2 - (sizes.strip + 1) * (lane + 1);
      context.fillStyle = palette.hatches[cut.length > 0 && far ? 'far' : sort];
      if (y > top + 3) context.fillRect(from, y, width, sizes.strip);
    }
  }
  context.globalAlpha = 0.07;
  for (const [sort, tint] of tints) {
    context.fillStyle = palette.faults[sort as FaultSort];
    context.fill(tint);
  }
  context.globalAlpha = 1;
}

function paintSpan(
  context: CanvasRenderingContext2D,
  app: App,
  place: Geometry,
  row: number,
  span: LifeSpan,
  server: boolean,
): void {
  const { palette, timeline } = app;
  const from = Math.max(place.left, place.xOf(span.fromUs));
  const until = Math.min(place.width, place.xOf(span.untilUs));
  const y = place.yOf(row);
  if (span.status === 'down') {
    if (span.how !== '') paintDown(context, app, place, row, from, until, span.how);
    return;
  }
  const common = !server || span.role === '' || span.role === timeline.lives.roles[0];
  context.strokeStyle = app.roleColours.get(span.role) ?? palette.muted;
  context.globalAlpha = common ? 0.55 : 1;
  context.lineWidth = common ? (server ? 2 : 1) : 5;
  if (span.status !== 'up') context.setLineDash([2, 5]);
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(until, y);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Paints the names of roles and states along the lines, in front of the messages. */
export function paintRoles(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { timeline } = app;
  timeline.rows.forEach(({ server }, row) => {
    if (!server) return;
    for (const span of timeline.lives.spans[row]!) {
      if (span.untilUs < place.window.fromUs || span.fromUs > place.window.untilUs) continue;
      paintRole(context, app, place, row, span);
    }
  });
}

function paintRole(
  context: CanvasRenderingContext2D,
  { palette, timeline }: App,
  place: Geometry,
  row: number,
  span: LifeSpan,
): void {
  const common = span.role === '' || span.role === timeline.lives.roles[0];
  const words =
    span.status === 'down' ? '' : span.status !== 'up' ? span.status : common ? '' : roleText(span);
  if (words === '') return;
  const from = Math.max(place.left, place.xOf(span.fromUs));
  const until = Math.min(place.width, place.xOf(span.untilUs));
  const y = place.yOf(row);
  context.font = `600 11px ${palette.font}`;
  const text = fitted(context, words, until - from - 10);
  if (text.length < Math.min(6, words.length)) return;
  const width = context.measureText(text).width;
  context.fillStyle = palette.background;
  context.globalAlpha = 0.9;
  context.fillRect(from + 3, y - 20, width + 6, 14);
  context.globalAlpha = 1;
  context.fillStyle = palette.text;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, from + 6, y - 12.5);
}

/** A role with its term, where the view has a field of that name. */
export function roleText({ role, term }: Pick<LifeSpan, 'role' | 'term'>): string {
  return term === undefined ? role : `${role}, term ${term}`;
}

function paintDown(
  context: CanvasRenderingContext2D,
  { palette }: App,
  place: Geometry,
  row: number,
  from: number,
  until: number,
  how: string,
): void {
  const [top, height] = [place.rowTop[row]! + 3, place.rowHeight[row]! - 6];
  context.globalAlpha = 0.5;
  context.fillStyle = palette.hatches.down;
  context.fillRect(from, top, until - from, height);
  context.globalAlpha = 1;
  context.strokeStyle = palette.faint;
  context.lineWidth = 1;
  context.strokeRect(from + 0.5, top + 0.5, Math.max(1, until - from - 1), height - 1);
  const words = how === 'power-lost' ? 'power lost' : how;
  context.font = `11px ${palette.font}`;
  const width = context.measureText(words).width;
  if (until - from < width + 24) return;
  context.fillStyle = palette.background;
  context.fillRect(from + 14, place.yOf(row) - 8, width + 8, 16);
  context.fillStyle = palette.muted;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(words, from + 18, place.yOf(row));
}

function paintOperations(context: CanvasRenderingContext2D, app: App, place: Geometry): void {
  const { operations } = app.timeline;
  const { fromUs, untilUs } = place.window;
  const first = lowerBoundOf(operations.fromUs, fromUs - operations.longestUs);
  for (let index = first; index < operations.all.length; index++) {
    const one = operations.all[index]!;
    if (one.fromUs > untilUs) break;
    if (one.row >= 0 && one.untilUs >= fromUs) paintOperation(context, app, place, one);
  }
}

/** Box of an operation in its row. */
export function operationBox(
  place: Geometry,
  lanes: readonly number[],
  { row, lane, fromUs, untilUs }: PlacedOperation,
): readonly [x: number, y: number, width: number, height: number] {
  const x = Math.max(place.left - 6, place.xOf(fromUs));
  const until = Math.min(place.width + 6, place.xOf(untilUs));
  const room = place.rowHeight[row]! - 3;
  const height = Math.max(2, room / Math.max(1, lanes[row]!));
  const y = place.rowTop[row]! + 1.5 + lane * height;
  return [x, y, Math.max(2, until - x), Math.max(2, height - 1)];
}

function paintOperation(
  context: CanvasRenderingContext2D,
  app: App,
  place: Geometry,
  one: PlacedOperation,
): void {
  const { palette, timeline } = app;
  const [x, y, width, height] = operationBox(place, timeline.operations.lanes, one);
  const { outcome } = one.operation;
  const colour = palette[outcome === 'open' ? 'info' : outcome];
  context.fillStyle = palette.background;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 0.2;
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  context.fillRect(x, y, 2, height);
  if (outcome === 'ok') context.fillRect(x + width - 2, y, 2, height);
  if (outcome === 'fail') context.fillRect(x, y + height - 2, width, 2);
  if (height < 9 || width < 26) return;
  context.font = `10.5px ${palette.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = palette.text;
  const text = outcome === 'ok' ? one.text : `${one.text} (${outcome})`;
  const start = Math.max(x, place.left) + 5;
  const room = x + width - start - 4;
  context.fillText(fitted(context, text, room), start, y + height / 2 + 0.5);
}
