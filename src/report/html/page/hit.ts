import { eachLine, type MessageLine } from '../model/message-lines.ts';
import type { PlacedOperation } from '../model/operations.ts';
import type { PackedFault } from '../model/packed-faults.ts';
import { lowerBoundOf } from '../model/time-axis.ts';
import type { App } from './app.ts';
import { type Geometry, sizes } from './geometry.ts';
import { endsOf } from './paint-messages.ts';
import { operationBox } from './paint-rows.ts';

/** What a pointer is over, and the event that a click chooses; -1: none. */
export type Hit =
  | { readonly kind: 'event'; readonly at: number }
  | { readonly kind: 'message'; readonly at: number; readonly line: MessageLine }
  | { readonly kind: 'fault'; readonly at: number; readonly fault: PackedFault }
  | { readonly kind: 'operation'; readonly at: number; readonly operation: PlacedOperation };

const nearPixels = 7;

/** Finds what is at a point: marks of events before messages, before operations, before faults. */
export function hitAt(app: App, place: Geometry, x: number, y: number): Hit | undefined {
  if (x < place.left) return undefined;
  return (
    eventAt(app, place, x, y) ??
    operationAt(app, place, x, y) ??
    messageAt(app, place, x, y) ??
    faultAt(app, place, x, y)
  );
}

function eventAt(app: App, place: Geometry, x: number, y: number): Hit | undefined {
  const { timesUs, rowAt } = app.timeline;
  const reach = nearPixels * place.usPerPixel;
  const timeUs = place.timeOf(x);
  const last = lowerBoundOf(timesUs, timeUs + reach);
  let best = -1;
  let nearest = nearPixels;
  for (let at = lowerBoundOf(timesUs, timeUs - reach); at < last; at++) {
    const row = rowAt[at]!;
    if (row < 0 || (app.passes !== undefined && app.passes[at] === 0)) continue;
    const distance = Math.hypot(place.xOf(timesUs[at]!) - x, place.yOf(row) - y);
    if (distance > nearest) continue;
    nearest = distance;
    best = at;
  }
  return best < 0 ? undefined : { kind: 'event', at: best };
}

function messageAt(app: App, place: Geometry, x: number, y: number): Hit | undefined {
  const timeUs = place.timeOf(x);
  const reach = 5 * place.usPerPixel;
  let best: MessageLine | undefined;
  let nearest = 5;
  for (const kind of app.timeline.lines.kinds) {
    if (app.query.hiddenKinds.has(kind.kind)) continue;
    eachLine(kind, timeUs - reach, timeUs + reach, (line) => {
      const distance = distanceTo(endsOf(place, line), x, y);
      if (distance >= nearest) return;
      nearest = distance;
      best = line;
    });
  }
  if (best === undefined) return undefined;
  return { kind: 'message', at: best.receivedAt >= 0 ? best.receivedAt : best.sentAt, line: best };
}

function distanceTo(
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  x: number,
  y: number,
): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const square = dx * dx + dy * dy;
  const share = square === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / square;
  const near = Math.min(1, Math.max(0, share));
  return Math.hypot(x1 + near * dx - x, y1 + near * dy - y);
}

function operationAt(app: App, place: Geometry, x: number, y: number): Hit | undefined {
  const { operations, atStep } = app.timeline;
  const row = place.rowAt(y);
  const timeUs = place.timeOf(x);
  const last = lowerBoundOf(operations.fromUs, timeUs + 3 * place.usPerPixel);
  for (let index = last - 1; index >= 0; index--) {
    const one = operations.all[index]!;
    if (one.fromUs < timeUs - operations.longestUs - 3 * place.usPerPixel) break;
    if (one.row !== row || row < 0) continue;
    const [left, top, width, height] = operationBox(place, operations.lanes, one);
    if (x < left - 2 || x > left + width + 2 || y < top || y > top + height) continue;
    const at = atStep.get(one.operation.invokedStep) ?? -1;
    return { kind: 'operation', at, operation: one };
  }
  return undefined;
}

function faultAt(app: App, place: Geometry, x: number, y: number): Hit | undefined {
  const timeUs = place.timeOf(x);
  const lane = Math.floor((y - sizes.axis - sizes.phases) / sizes.faultBar);
  const row = place.rowAt(y);
  const fault = app.timeline.faults.find(({ fromUs, untilUs, ...one }) => {
    const reach = 4 * place.usPerPixel;
    if (timeUs < fromUs - reach || timeUs > untilUs + reach) return false;
    if (row < 0) return lane === one.lane && lane >= 0 && lane < place.bars;
    const struck = one.rows.find((entry) => entry.row === row);
    if (struck === undefined) return false;
    const foot = place.rowTop[row]! + place.rowHeight[row]!;
    return Math.abs(foot - (sizes.strip + 1) * (struck.lane + 0.5) - y) < 4;
  });
  return fault === undefined ? undefined : { kind: 'fault', at: fault.at, fault };
}
