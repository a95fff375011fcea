import { fitsCards } from './panels/nodes.ts';
import type { LogPanelId, PanelId } from './ui-state.ts';

/** A panel and its lines, frame included. */
export interface Slot<Id> {
  readonly id: Id;
  readonly height: number;
}

/** Panels one below the other. */
export interface Column<Id> {
  readonly width: number;
  readonly slots: readonly Slot<Id>[];
}

/** Columns side by side, all as high as the band. */
export interface Band<Id> {
  readonly height: number;
  readonly columns: readonly Column<Id>[];
}

/** How the body of the screen is divided; the bands together are as high as it. */
export interface Layout<Id> {
  readonly boxed: boolean;
  readonly bands: readonly Band<Id>[];
}

/** What a layout depends on. */
export interface LayoutInput {
  readonly columns: number;
  /** Lines of the body, without head and foot. */
  readonly body: number;
  readonly focus: PanelId;
  readonly zoomed: boolean;
  readonly servers: number;
  readonly faults: number;
}

/** The smallest screen that shows anything. */
export const leastColumns = 60;
export const leastRows = 16;

/** Lines above and below the body. */
export const headRows = 2;
export const footRows = 1;

function band<Id>(height: number, ...columns: readonly (readonly [number, Id])[]): Band<Id> {
  return {
    height,
    columns: columns.map(([width, id]) => ({ width, slots: [{ id, height }] })),
  };
}

/** Chooses by size: one column of lists, cards and boxes, or everything at once. */
export function layoutFor(input: LayoutInput): Layout<PanelId> {
  const { columns, body, focus, zoomed } = input;
  const boxed = columns >= 100 && body >= 29;
  if (zoomed) return { boxed, bands: [band(body, [columns, focus])] };
  if (!boxed) return compact(input);
  return columns >= 160 && body >= 42 ? wide(input) : medium(input);
}

/** What a panel may take of the lines that are left, one after the other. */
function share(
  left: number,
  wishes: readonly (readonly [least: number, wanted: number])[],
): number[] {
  let rest = left - wishes.reduce((sum, [least]) => sum + least, 0);
  return wishes.map(([least, wanted]) => {
    const more = Math.max(0, Math.min(rest, wanted - least));
    rest -= more;
    return least + more;
  });
}

function compact(input: LayoutInput): Layout<PanelId> {
  const { columns, body, focus, servers, faults } = input;
  const right: PanelId = focus === 'clients' || focus === 'probes' ? focus : 'ladder';
  const nodes = Math.min(servers + 1, Math.max(2, Math.floor(body * 0.45)));
  const everything = body;
  const middleWanted = servers + 3;
  const inMiddle = focus === 'network' || focus === right;
  const [focused, middle, plan] = share(body - nodes - 3, [
    [0, inMiddle ? 2 : focus === 'plan' ? Math.min(faults, 6) : focus === 'events' ? 4 : 0],
    [4, inMiddle ? everything : middleWanted],
    [3, focus === 'plan' ? everything : Math.min(5, 2 + faults)],
  ]) as [number, number, number];
  const middleHeight = middle + (inMiddle ? focused : 0);
  const planHeight = plan + (focus === 'plan' ? focused : 0);
  const events = body - nodes - middleHeight - planHeight;
  const left = Math.max(30, Math.floor(columns * 0.46));
  return {
    boxed: false,
    bands: [
      band(nodes, [columns, 'nodes']),
      band(middleHeight, [left, 'network'], [columns - left, right]),
      band(planHeight, [columns, 'plan']),
      band(events, [columns, 'events']),
    ],
  };
}

/** Lines of the nodes: cards where they fit. */
function nodesHeight(servers: number, columns: number, cardRows: number): number {
  return 2 + (fitsCards(servers, columns - 2, cardRows) ? cardRows : Math.min(servers, 12));
}

function medium(input: LayoutInput): Layout<PanelId> {
  const { columns, body, focus, servers, faults } = input;
  const nodes = nodesHeight(servers, columns, 8);
  const [middle, plan] = share(body - nodes - 7, [
    [7, focus === 'events' ? servers + 5 : Math.max(12, servers + 5)],
    [5, focus === 'events' ? 6 : 5 + Math.min(focus === 'plan' ? 12 : 6, faults)],
  ]) as [number, number];
  const events = body - nodes - middle - plan;
  const left = Math.floor(columns * 0.48);
  const far = Math.floor(columns * 0.64);
  const last: PanelId = focus === 'probes' ? 'probes' : 'clients';
  return {
    boxed: true,
    bands: [
      band(nodes, [columns, 'nodes']),
      band(middle, [left, 'network'], [columns - left, 'ladder']),
      band(plan, [columns, 'plan']),
      band(events, [far, 'events'], [columns - far, last]),
    ],
  };
}

function wide(input: LayoutInput): Layout<PanelId> {
  const { columns, body, servers, faults } = input;
  const nodes = nodesHeight(servers, columns, 9);
  const [middle, plan] = share(body - nodes - 12, [
    [10, Math.max(17, servers + 5)],
    [6, 5 + Math.min(10, faults)],
  ]) as [number, number];
  const rest = body - nodes - middle - plan;
  const first = Math.floor(columns * 0.36);
  const second = Math.floor(columns * 0.36);
  const far = Math.floor(columns * 0.64);
  return {
    boxed: true,
    bands: [
      band(nodes, [columns, 'nodes']),
      band(middle, [first, 'network'], [second, 'ladder'], [columns - first - second, 'clients']),
      band(plan, [columns, 'plan']),
      band(rest, [far, 'events'], [columns - far, 'probes']),
    ],
  };
}

/** The screen of a followed directory. */
export function logLayout(
  columns: number,
  body: number,
  focus: LogPanelId,
  zoomed: boolean,
): Layout<LogPanelId> {
  const boxed = columns >= 100 && body >= 29;
  if (zoomed) return { boxed, bands: [band(body, [columns, focus])] };
  if (!boxed) {
    const top = Math.max(4, Math.floor(body * 0.35));
    const middle = Math.max(4, Math.floor(body * 0.4));
    const last: LogPanelId = focus === 'rungs' ? 'rungs' : 'loop';
    return {
      boxed,
      bands: [
        band(top, [columns, 'sweeps']),
        band(middle, [columns, 'findings']),
        band(body - top - middle, [columns, last]),
      ],
    };
  }
  const top = Math.max(8, Math.floor(body * 0.3));
  const bottom = Math.max(8, Math.floor(body * 0.3));
  const left = Math.floor(columns * 0.58);
  return {
    boxed,
    bands: [
      band(top, [columns, 'sweeps']),
      band(body - top - bottom, [left, 'findings'], [columns - left, 'rungs']),
      band(bottom, [columns, 'loop']),
    ],
  };
}

/** Lines of a panel, frame included; 0: it is not on the screen. */
export function heightOf<Id>(layout: Layout<Id>, id: Id): number {
  for (const { columns } of layout.bands) {
    for (const { slots } of columns) {
      for (const slot of slots) if (slot.id === id) return slot.height;
    }
  }
  return 0;
}
