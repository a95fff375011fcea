/** An operation of a history, ready to be shown. */
export interface ShownOperation {
  /** `A`, `B` ... in order of invocation within the window. */
  readonly label: string;
  readonly process: number;
  /** `read -> 1` */
  readonly text: string;
  /** Order of its events among those of all operations shown; `until` is null when it never ended. */
  readonly from: number;
  readonly until: number | null;
  /** Lines of the file, from 1; `endLine` is null when it was never completed. */
  readonly line: number | null;
  readonly endLine: number | null;
  /** Times as the file has them. */
  readonly time: number | null;
  readonly endTime: number | null;
}

/** One order of the window, and where it stops. */
export interface ShownOrder {
  /** Labels of the operations that can be done, one after the other. */
  readonly order: readonly string[];
  /** What the object is like before and after them: `holds 1`. */
  readonly before: string;
  readonly after: string;
  /** What would have to come next, and what the object would have to be like: `hold 2`. */
  readonly obstacles: readonly { readonly label: string; readonly needs: string }[];
}

/** Why a history is illegal. */
export interface IllegalRecord {
  /** What the object is called: `the register`. */
  readonly noun: string;
  /** Key or other part of the object; empty when it has none. */
  readonly part: string;
  /** Label of the operation whose completion makes it certain. */
  readonly certainAt: string;
  /** Whether up to just before that completion everything can be explained. */
  readonly shortest: boolean;
  /** Operations of which no order is possible, by invocation. */
  readonly window: readonly ShownOperation[];
  /** What the object could be like before them. */
  readonly before: readonly string[];
  readonly orders: readonly ShownOrder[];
  /** Orders that stop earlier and are not listed. */
  readonly otherOrders: number;
}

/** The verdict on one file, as `check --json` prints it. */
export interface CheckRecord {
  readonly file: string;
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  /** Real time that reading and judging took, without the explanation. */
  readonly ms: number;
  readonly ops: number;
  /** Steps of search. */
  readonly steps: number;
  readonly illegal?: IllegalRecord;
}
