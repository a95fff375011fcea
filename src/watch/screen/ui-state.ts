import type { EventFilter, WatchCommand } from '../protocol.ts';

/** Panels of the world, in the order of their number keys. */
export const panelIds = [
  'nodes',
  'network',
  'plan',
  'ladder',
  'clients',
  'probes',
  'events',
] as const;
export type PanelId = (typeof panelIds)[number];

/** Panels of a followed directory, in the order of their number keys. */
export const logPanelIds = ['sweeps', 'findings', 'rungs', 'loop'] as const;
export type LogPanelId = (typeof logPanelIds)[number];

/** A line that is being typed. */
export type Prompt =
  /** Narrows the focused panel. */
  | { readonly kind: 'filter'; readonly text: string; readonly before: string }
  /** Searches the whole run. */
  | { readonly kind: 'search'; readonly text: string }
  /** Chooses a command. */
  | { readonly kind: 'palette'; readonly text: string; readonly chosen: number };

/** A question with the answers yes and no. */
export interface Question {
  readonly text: string;
  readonly command: WatchCommand;
}

/** What the screen itself knows: the rest is the snapshot's. */
export interface UiState {
  readonly columns: number;
  readonly rows: number;
  readonly focus: PanelId;
  readonly logFocus: LogPanelId;
  /** The focused panel takes the whole body. */
  readonly zoomed: boolean;
  readonly help: boolean;
  /** Lines that the help is scrolled down by. */
  readonly helpTop: number;
  readonly prompt?: Prompt;
  readonly question?: Question;
  /** Selected row of each panel; events: how many lines before now; follow: see `followCursor`. */
  readonly cursors: Readonly<Record<PanelId | LogPanelId | 'search' | 'follow', number>>;
  /** What panels other than the events are narrowed to. */
  readonly filters: Readonly<Partial<Record<PanelId | LogPanelId, string>>>;
  /** What was typed to narrow the events. */
  readonly eventFilter: string;
  /** Lines that the window of events is scrolled back by. */
  readonly eventsBack: number;
  /** Lines that the panel of events has room for. */
  readonly eventRows: number;
  /** A directory is followed: a world is a finding in it, and `q` goes back to the list. */
  readonly fromLog: boolean;
}

/** The state at the start. */
export function initialUi(columns: number, rows: number): UiState {
  return {
    columns,
    rows,
    focus: 'nodes',
    logFocus: 'findings',
    zoomed: false,
    help: false,
    helpTop: 0,
    cursors: {
      nodes: 0,
      network: 0,
      plan: 0,
      ladder: 0,
      clients: 0,
      probes: 0,
      events: 0,
      sweeps: 0,
      findings: 0,
      rungs: 0,
      loop: 0,
      search: 0,
      follow: -1,
    },
    filters: {},
    eventFilter: '',
    eventsBack: 0,
    eventRows: 0,
    fromLog: false,
  };
}

/**
 * The filter that a person typed: `node:n1`, `kind:vote`, and any other words as text.
 * @example parseFilter('node:n2 append') // { node: 'n2', text: 'append' }
 */
export function parseFilter(typed: string): EventFilter {
  const filter: { node?: string; kind?: string; text?: string } = {};
  const words: string[] = [];
  for (const word of typed.split(/\s+/)) {
    const [, name, value] = /^(node|kind):(.*)$/.exec(word) ?? [];
    if (name === undefined) words.push(word);
    else if (value !== '') filter[name as 'node' | 'kind'] = value!;
  }
  const text = words.join(' ').trim();
  if (text !== '') filter.text = text;
  return filter;
}
