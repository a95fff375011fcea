import type { TimeWindow } from '../model/time-axis.ts';
import type { Timeline } from '../model/timeline.ts';

/** Sizes of the diagram's parts, in pixels. */
export const sizes = {
  /** Names of the nodes. */
  left: 118,
  axis: 22,
  /** Names of the phases of the run. */
  phases: 14,
  faultBar: 16,
  /** Bars of faults above the diagram; more of them at once are only shown at their nodes. */
  faultBars: 5,
  server: { least: 26, most: 170, weight: 2.4 },
  client: { least: 13, most: 46, weight: 1 },
  strip: 4,
} as const;

/** Where things stand in the diagram. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  /** Upper edge of the rows. */
  readonly top: number;
  /** Lines of fault bars that there is room for. */
  readonly bars: number;
  readonly window: TimeWindow;
  readonly usPerPixel: number;
  /** Upper edge and height of each row. */
  readonly rowTop: Float64Array;
  readonly rowHeight: Float64Array;
  /** Height of all rows. */
  readonly rowsHeight: number;
  xOf(timeUs: number): number;
  timeOf(x: number): number;
  /** The line of a row. */
  yOf(row: number): number;
  /** The row at a height; -1: none. */
  rowAt(y: number): number;
}

/** Lays the diagram out in a place of this size. */
export function geometryOf(
  { rows, faults }: Timeline,
  window: TimeWindow,
  width: number,
  height: number,
  scrollY: number,
): Geometry {
  const { left } = sizes;
  const lanes = faults.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
  const bars = Math.min(lanes, sizes.faultBars);
  const top = sizes.axis + sizes.phases + bars * sizes.faultBar + (bars > 0 ? 5 : 2);
  const available = Math.max(0, height - top - 6);
  const weights = rows.map(({ server }) => (server ? sizes.server : sizes.client));
  const all = weights.reduce((sum, { weight }) => sum + weight, 0);
  const rowHeight = Float64Array.from(weights, ({ weight, least, most }) =>
    Math.min(most, Math.max(least, (available * weight) / all)),
  );
  const rowTop = new Float64Array(rows.length);
  let rowsHeight = 0;
  for (let row = 0; row < rows.length; row++) {
    rowTop[row] = top + rowsHeight - scrollY;
    rowsHeight += rowHeight[row]!;
  }
  const plot = Math.max(1, width - left);
  const usPerPixel = (window.untilUs - window.fromUs) / plot;
  return {
    width,
    height,
    left,
    top,
    bars,
    window,
    usPerPixel,
    rowTop,
    rowHeight,
    rowsHeight,
    xOf: (timeUs) => left + (timeUs - window.fromUs) / usPerPixel,
    timeOf: (x) => window.fromUs + (x - left) * usPerPixel,
    yOf: (row) => rowTop[row]! + rowHeight[row]! / 2,
    rowAt: (y) =>
      y < top ? -1 : rowTop.findIndex((edge, row) => y >= edge && y < edge + rowHeight[row]!),
  };
}
