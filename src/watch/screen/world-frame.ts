import type { WatchSnapshot } from '../snapshot.ts';
import { composeBand, type Memo } from './compose.ts';
import { footRows, headRows, layoutFor } from './layout.ts';
import type { Look } from './look.ts';
import { framed, innerSize, type PanelText, type PanelView, within } from './panel.ts';
import { clientsPanel } from './panels/clients.ts';
import { comparisonPanel } from './panels/comparison.ts';
import { eventsPanel, followPanel, searchPanel } from './panels/events.ts';
import { headLines } from './panels/head.ts';
import { ladderPanel } from './panels/ladder.ts';
import { networkPanel } from './panels/network.ts';
import { nodeDetail } from './panels/node-detail.ts';
import { nodesPanel } from './panels/nodes.ts';
import { planPanel } from './panels/plan.ts';
import { probesPanel } from './panels/probes.ts';
import { type PanelId, panelIds, type UiState } from './ui-state.ts';

/** Where the layout puts the panels of a world. */
export function worldLayout(snapshot: WatchSnapshot, ui: UiState): ReturnType<typeof layoutFor> {
  return layoutFor({
    columns: ui.columns,
    body: ui.rows - headRows - footRows,
    focus: ui.focus,
    zoomed: ui.zoomed,
    servers: snapshot.nodes.filter(({ server }) => server).length,
    faults: snapshot.plan.length,
  });
}

/** Head and body of the screen of one world: all lines but the last. */
export function worldLines(
  snapshot: WatchSnapshot,
  ui: UiState,
  look: Look,
  memo: Memo,
): readonly string[] {
  const head = headLines(snapshot, look, ui.columns);
  if (snapshot.comparison !== undefined) return [...head, ...comparisonLines(snapshot, ui, look)];
  const layout = worldLayout(snapshot, ui);
  const lines = layout.bands.flatMap((band) =>
    composeBand(band, (id, width, height) => {
      const frame = { look, width, height, boxed: layout.boxed };
      const focused = ui.focus === id;
      const view: PanelView = {
        look,
        ...innerSize(frame),
        focused,
        cursor: cursorOf(id, snapshot, ui),
        filter: ui.filters[id] ?? '',
      };
      const { cursor, filter } = view;
      const from = [...partsOf(id, snapshot), look, width, height, focused, cursor, filter];
      return memo.get(id, [...from, layout.boxed, ui.zoomed], () => {
        const text = withFilter(panelText(id, snapshot, view, ui.zoomed), filter);
        return framed(text, { ...frame, focused, key: String(panelIds.indexOf(id) + 1) });
      });
    }),
  );
  return [...head, ...lines];
}

function withFilter(text: PanelText, filter: string): PanelText {
  return filter === '' ? text : { ...text, title: `${text.title} /${filter}` };
}

function cursorOf(id: PanelId, { search, follow }: WatchSnapshot, ui: UiState): number {
  if (id !== 'events') return ui.cursors[id];
  if (follow !== undefined) return ui.cursors.follow;
  return search === undefined ? ui.cursors.events : ui.cursors.search;
}

/** The parts of a snapshot that a panel is made from. */
function partsOf(id: PanelId, snapshot: WatchSnapshot): readonly unknown[] {
  const { nodes, network, plan, timeline, status, ladder, clients, probes, events } = snapshot;
  switch (id) {
    case 'nodes':
      return [nodes, plan];
    case 'network':
      return [nodes, network, status.timeUs];
    case 'plan':
      return [plan, timeline, status];
    case 'ladder':
      return [ladder];
    case 'clients':
      return [clients];
    case 'probes':
      return [probes];
    case 'events':
      return [events, snapshot.search, snapshot.follow];
  }
}

function panelText(
  id: PanelId,
  snapshot: WatchSnapshot,
  view: PanelView,
  zoomed: boolean,
): PanelText {
  const { nodes, network, status, search, follow } = snapshot;
  switch (id) {
    case 'nodes':
      return zoomed ? zoomedNodes(snapshot, view) : nodesPanel(nodes, view);
    case 'network':
      return networkPanel({ nodes, network, nowUs: status.timeUs }, view);
    case 'plan':
      return planPanel(snapshot, view);
    case 'ladder':
      return ladderPanel(snapshot.ladder, view);
    case 'clients':
      return clientsPanel(snapshot.clients, view);
    case 'probes':
      return probesPanel(snapshot.probes, view);
    case 'events':
      if (follow !== undefined) return followPanel(follow, view);
      return search === undefined ? eventsPanel(snapshot.events, view) : searchPanel(search, view);
  }
}

/** The table of nodes, and below it all of the selected one. */
function zoomedNodes({ nodes, plan }: WatchSnapshot, view: PanelView): PanelText {
  const servers = nodes.filter(({ server }) => server);
  const height = Math.min(Math.max(1, view.height - 6), servers.length > 5 ? servers.length : 5);
  const text = nodesPanel(nodes, { ...view, height });
  const node = servers[within(view.cursor, servers.length)];
  if (node === undefined) return text;
  const left = Math.max(0, view.height - height - 1);
  const rows = [...text.rows];
  while (rows.length < height + 1) rows.push(' '.repeat(view.width));
  return { ...text, rows: [...rows, ...nodeDetail(node, plan, { ...view, height: left })] };
}

function comparisonLines(snapshot: WatchSnapshot, ui: UiState, look: Look): readonly string[] {
  const frame = {
    look,
    width: ui.columns,
    height: ui.rows - headRows - footRows,
    boxed: ui.columns >= 100,
  };
  const view = { look, ...innerSize(frame), focused: true, cursor: 0, filter: '' };
  return framed(comparisonPanel(snapshot.comparison!, view), { ...frame, focused: true, key: '' });
}
