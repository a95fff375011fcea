import type { BenchPoint } from '../../record/bench-series.ts';
import { treeName } from '../../record/bench-series.ts';
import { type HtmlText, html, raw } from '../html-text.ts';
import type { BenchCard, BenchLine } from './bench-cards.ts';
import { dayAndTime, figureText, unitText } from './bench-text.ts';

const width = 520;
const height = 170;
const left = 54;
const right = 14;
const top = 10;
const bottom = 24;

/** Colours and patterns: neighbours differ in both, and where colours come again, in the pattern. */
const colours = 6;
const dashes = ['', '6 3', '2 3', '9 3 2 3', '12 2'];

/** The class and the pattern of a line, the same in picture and table. */
export function strokeOf(at: number): { readonly style: string; readonly dash: string } {
  const dash = dashes[(at + Math.floor(at / colours)) % dashes.length]!;
  return { style: `series-${(at % colours) + 1}`, dash };
}

interface Scale {
  /** The points of a line that are in the picture. */
  drawn(line: BenchLine): readonly BenchPoint[];
  x(tree: string): number;
  y(value: number): number;
  readonly ticks: readonly number[];
}

/** A card's values over commits, as SVG: a line and its band of rounds for each variant. */
export function benchChart(card: BenchCard): HtmlText {
  const scale = scaleOf(card);
  const lines = card.lines.map((line, at) => lineMarks(line, at, scale));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chartText(card)}">
${scale.ticks.map((value) => tickMarks(value, scale))}
${axisMarks(card, scale)}
${lines}</svg>
`;
}

/** The swatch of a line, for the table. */
export function swatch(at: number): HtmlText {
  const { style, dash } = strokeOf(at);
  return html`<svg class="swatch ${style}" viewBox="0 0 22 8" aria-hidden="true"><path class="line" d="M0 4H22" stroke-dasharray="${dash}"/></svg>`;
}

/** The picture in words. */
function chartText({ figure, trees, lines }: BenchCard): string {
  const parts = lines.map(({ label, series, latest }) => {
    const drawn = series.points.find(({ tree }) => trees.some((one) => one.tree === tree));
    const first = (drawn ?? latest).row.value;
    return `${label} from ${figureText(first)} to ${unitText(latest.row.value, figure)}`;
  });
  return `${figure.metric} over ${trees.length} commits: ${parts.join('; ')}`;
}

function scaleOf({ lines, trees }: BenchCard): Scale {
  const place = new Map(trees.map(({ tree }, at) => [tree, at]));
  const drawn = ({ series }: BenchLine): readonly BenchPoint[] =>
    series.points.filter(({ tree }) => place.has(tree));
  const points = lines.flatMap(drawn);
  const least = Math.min(...points.map(({ low }) => low));
  const most = Math.max(...points.map(({ high }) => high));
  const ticks = ticksOf(...rangeOf(least, most));
  const [from, to] = [ticks[0]!, ticks.at(-1)!];
  const step = (width - left - right - 12) / Math.max(1, trees.length - 1);
  return {
    ticks,
    drawn,
    x: (tree) => left + 6 + step * place.get(tree)!,
    y: (value) => top + ((to - value) / (to - from)) * (height - top - bottom),
  };
}

/** Zero is in the picture unless all values are far from it; slight differences stay slight. */
function rangeOf(least: number, most: number): readonly [number, number] {
  if (least >= 0 && least < 0.6 * most) return [0, most];
  if (most <= 0 && most > 0.6 * least) return [least, 0];
  const room = Math.max(0, 0.1 * Math.max(Math.abs(least), Math.abs(most)) - (most - least) / 2);
  return [least - room, most + room];
}

/** Three to six round values that cover a range. */
function ticksOf(from: number, to: number): readonly number[] {
  const span = to - from || Math.abs(to) || 1;
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = [1, 2, 5, 10].map((one) => one * power).findLast((one) => span / one >= 2.5)!;
  const first = Math.floor(from / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(to / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

function tickMarks(value: number, { y }: Scale): HtmlText {
  const at = y(value).toFixed(1);
  return html`<path class="grid" d="M${left} ${at}H${width - right}"/><text class="tick" x="${left - 6}" y="${at}" dy=".32em">${tickText(value)}</text>`;
}

/** A value of the axis in little room: `400`, `20k`, `1.5M`, `2e-6`. */
function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3))
    return Number(value.toPrecision(6)).toExponential();
  const [scale, sign] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  return size < 1e4
    ? String(Number(value.toPrecision(6)))
    : `${Number((value / scale).toPrecision(6))}${sign}`;
}

/** Names of commits below the axis: first, last and as many between as have room. */
function axisMarks({ trees }: BenchCard, { x }: Scale): HtmlText {
  const room = 86;
  const marks: HtmlText[] = [];
  let free = Number.POSITIVE_INFINITY;
  for (const { tree, row } of trees.toReversed()) {
    const at = x(tree);
    const anchor = free === Number.POSITIVE_INFINITY && trees.length > 1 ? 'end' : 'middle';
    const half = anchor === 'end' ? 0 : room / 2;
    if (at + half > free || at - room / 2 < 0) continue;
    free = at - (anchor === 'end' ? room : half);
    marks.push(
      html`<text class="commit ${anchor}" x="${at.toFixed(1)}" y="${height - 6}">${treeName(row)}</text>`,
    );
  }
  return html`${marks}`;
}

function lineMarks(line: BenchLine, at: number, { x, y, drawn }: Scale): HtmlText {
  const { best, label } = line;
  const { style, dash } = strokeOf(at);
  const place = (point: BenchPoint, value: number): string =>
    `${x(point.tree).toFixed(1)} ${y(value).toFixed(1)}`;
  const points = drawn(line);
  if (points.length === 0) return html``;
  const radius = points.length > 50 ? 1.5 : 2.5;
  const path = points.map((point) => place(point, point.row.value)).join('L');
  const band = [
    ...points.map((point) => place(point, point.high)),
    ...points.toReversed().map((point) => place(point, point.low)),
  ].join('L');
  const dots = points.map((point) => {
    const [cx, cy] = place(point, point.row.value).split(' ') as [string, string];
    const kind = point === best.point ? 'dot best' : 'dot';
    return html`<circle class="${kind}" cx="${cx}" cy="${cy}" r="${point === best.point ? 4 : radius}"><title>${dotText(label, point)}</title></circle>`;
  });
  const isBand = points.some(({ low, high }) => high > low);
  return html`<g class="${style}">${isBand ? raw(`<path class="band" d="M${band}Z"/>`) : ''}<path class="line" d="M${path}" stroke-dasharray="${dash}"/>${dots}</g>
`;
}

function dotText(label: string, { row, low, high }: BenchPoint): string {
  const range = high > low ? ` (rounds ${figureText(low)} to ${figureText(high)})` : '';
  return `${label}: ${unitText(row.value, row)}${range}\n${treeName(row)}, ${dayAndTime(row.committedAt ?? row.at)}`;
}
