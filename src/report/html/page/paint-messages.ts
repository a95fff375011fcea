import { countLines, eachLine, type KindLines, type MessageLine } from '../model/message-lines.ts';
import type { App } from './app.ts';
import type { Geometry } from './geometry.ts';
import { isReply } from './palette.ts';

/** Lines that are drawn at once: beyond that a picture is a grey field and takes too long. */
const mostLines = 3_000;
/** Up to so many lines have heads, and up to so many names. */
const mostHeads = 900;
const mostNames = 70;

/** What became of the messages in a window. */
export interface MessageCensus {
  readonly drawn: number;
  readonly all: number;
}

/** Paints messages as lines from sender to receiver, the rare kinds first when there are too many. */
export function paintMessages(
  context: CanvasRenderingContext2D,
  app: App,
  place: Geometry,
): MessageCensus {
  const { kinds } = app.timeline.lines;
  const { fromUs, untilUs } = place.window;
  const wanted = kinds.filter(({ kind }) => !app.query.hiddenKinds.has(kind));
  const counts = wanted.map((kind) => countLines(kind, fromUs, untilUs));
  const all = counts.reduce((sum, count) => sum + count, 0);
  let room = mostLines;
  let drawn = 0;
  const named: MessageLine[] = [];
  wanted.forEach((kind, index) => {
    const count = counts[index]!;
    const stride = count <= room ? 1 : Math.ceil(count / Math.max(1, room));
    if (room <= 0) return;
    const lines = paintKind(context, app, place, kind, stride, all, named);
    drawn += lines;
    room -= Math.max(lines, 0);
  });
  paintNames(context, app, place, named);
  return { drawn: Math.min(drawn, all), all };
}

function paintKind(
  context: CanvasRenderingContext2D,
  app: App,
  place: Geometry,
  kind: KindLines,
  stride: number,
  all: number,
  named: MessageLine[],
): number {
  const { fromUs, untilUs } = place.window;
  const shown: MessageLine[] = [];
  eachLine(kind, fromUs, untilUs, (line, index) => {
    if (index % stride === 0 && isShown(app, line)) shown.push(line);
  });
  const colour = app.kindColours.get(kind.kind) ?? app.palette.muted;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = all > 600 ? 0.8 : 1.25;
  context.globalAlpha = Math.min(0.9, Math.max(0.08, 420 / all));
  if (isReply(kind.kind) && all <= mostHeads) context.setLineDash([5, 3]);
  context.beginPath();
  for (const line of shown) trace(context, place, line);
  context.stroke();
  context.setLineDash([]);
  if (all <= mostHeads) for (const line of shown) paintEnd(context, app, place, line, colour);
  context.globalAlpha = 1;
  if (all <= mostNames) named.push(...shown);
  return shown.length;
}

/** A message is of interest when what was done with it is, or, if it was lost, its sending. */
function isShown({ passes }: App, { sentAt, receivedAt }: MessageLine): boolean {
  if (passes === undefined) return true;
  return (receivedAt >= 0 && passes[receivedAt] === 1) || (sentAt >= 0 && passes[sentAt] === 1);
}

/** The ends of a line on the canvas; what was lost ends half way. */
export function endsOf(
  place: Geometry,
  line: MessageLine,
): readonly [x1: number, y1: number, x2: number, y2: number] {
  const [y1, toY] = [place.yOf(line.fromRow), place.yOf(line.toRow)];
  const [x1, toX] = [place.xOf(line.fromUs), place.xOf(line.untilUs)];
  if (line.arrived) return [x1, y1, toX, toY];
  return [x1, y1, x1 + (toX - x1) * 0.5, y1 + (toY - y1) * 0.5];
}

function trace(context: CanvasRenderingContext2D, place: Geometry, line: MessageLine): void {
  const [x1, y1, x2, y2] = endsOf(place, line);
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
}

function paintEnd(
  context: CanvasRenderingContext2D,
  { palette }: App,
  place: Geometry,
  line: MessageLine,
  colour: string,
): void {
  const [x1, y1, x2, y2] = endsOf(place, line);
  if (!line.arrived) {
    context.strokeStyle = palette.bad;
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(x2 - 3, y2 - 3);
    context.lineTo(x2 + 3, y2 + 3);
    context.moveTo(x2 + 3, y2 - 3);
    context.lineTo(x2 - 3, y2 + 3);
    context.stroke();
    context.strokeStyle = colour;
    return;
  }
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 10) return;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  // Ends just before the mark of the event.
  const [tipX, tipY] = [x2 - dx * 3.5, y2 - dy * 3.5];
  const [size, half] = [7, 2.8];
  context.beginPath();
  context.moveTo(tipX, tipY);
  context.lineTo(tipX - dx * size - dy * half, tipY - dy * size + dx * half);
  context.lineTo(tipX - dx * size + dy * half, tipY - dy * size - dx * half);
  context.closePath();
  context.fill();
}

/** Names that stand already: a name that would cover another one is left out. */
class Labels {
  readonly #boxes: (readonly [left: number, top: number, right: number, bottom: number])[] = [];

  /** Takes a place, if it is free. */
  take(x: number, y: number, width: number): boolean {
    const box = [x - 2, y - 8, x + width + 2, y + 8] as const;
    const clash = this.#boxes.some(
      ([left, top, right, bottom]) =>
        box[0] < right && box[2] > left && box[1] < bottom && box[3] > top,
    );
    if (!clash) this.#boxes.push(box);
    return !clash;
  }
}

/** The kinds beside their lines, level, where there is room. */
function paintNames(
  context: CanvasRenderingContext2D,
  { palette }: App,
  place: Geometry,
  lines: readonly MessageLine[],
): void {
  const labels = new Labels();
  context.font = `10.5px ${palette.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const line of lines) {
    const [x1, y1, x2, y2] = endsOf(place, line);
    if (Math.abs(y2 - y1) < 22) continue;
    const width = context.measureText(line.kind).width;
    // Nearer to the sender first: there the lines of one broadcast have parted.
    for (const share of [0.4, 0.6, 0.25, 0.75]) {
      const x = x1 + (x2 - x1) * share + 5;
      const y = y1 + (y2 - y1) * share;
      if (x < place.left || x + width > place.width || !labels.take(x, y, width)) continue;
      context.fillStyle = palette.background;
      context.globalAlpha = 0.8;
      context.fillRect(x - 2, y - 6.5, width + 4, 13);
      context.globalAlpha = 1;
      context.fillStyle = palette.text;
      context.fillText(line.kind, x, y);
      break;
    }
  }
}
