/** How a value stands out on a card. Screens choose colour and sign; never colour alone. */
export type CardTone = 'plain' | 'good' | 'warning' | 'bad' | 'dim';

/** One line of a card. */
export interface CardRow {
  /** Short, for a column of labels: `term`, `commit`. */
  readonly label: string;
  readonly value: string;
  /** Default: `plain`. */
  readonly tone?: CardTone;
}

/** How far one cell of a tail has got, from the weakest to the strongest. */
export type CellState =
  /** In memory only. */
  | 'volatile'
  /** Durable on this node. */
  | 'durable'
  /** Decided for the whole cluster, as far as this node knows. */
  | 'committed'
  /** Carried out here. */
  | 'applied';

/** One thing in a row of things, such as an entry of a log. */
export interface CardCell {
  /** Identity within the system: the index of a log entry. `follow` takes it. */
  readonly id: number;
  /** One or two characters, or empty. */
  readonly text: string;
  /** Cells with the same number look the same: the term of a log entry. */
  readonly group: number;
  readonly state: CellState;
  /** One line on it, for whoever asks: what the entry says. */
  readonly detail: string;
}

/** The newest cells of something long, oldest first. */
export interface CardTail {
  /** What the cells are: `log`. */
  readonly label: string;
  /** How many cells stand before the first one shown, as far as the node knows. */
  readonly before: number;
  readonly cells: readonly CardCell[];
}

/**
 * What a system shows of one node to a person who watches: plain data, made from the state alone,
 * at most 15 times a second. Rows come in the order of their worth, so that a small screen may
 * show the first ones only.
 */
export interface NodeCard {
  /** What the node is in the system's own words: `leader`, `recovering`. */
  readonly role: string;
  readonly tone: CardTone;
  readonly rows: readonly CardRow[];
  readonly tail?: CardTail;
}
