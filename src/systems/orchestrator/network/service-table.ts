import { type Field, flag, integer, listOf, oneOf, structure, text } from '../../common/fields.ts';
import { foldOnce } from '../../common/fold-once.ts';
import { type EndpointMode, endpointModes } from '../specs/service-spec.ts';

/** A task that requests may go to. */
export interface Backend {
  readonly task: string;
  readonly slot: number;
  readonly address: number;
}

/** The tasks of one version of a service, and their share of the traffic. */
export interface Side {
  readonly specVersion: number;
  /** In percent, from 1 to 100; those of all sides sum up to 100. */
  readonly weight: number;
  /** In the order of their slots. */
  readonly backends: readonly Backend[];
}

/**
 * Where the requests of one service go, as of one commit. There is one table for a service whatever
 * versions of it are up: the switch from one to the other is the step to the next revision.
 */
export interface ServiceTable {
  readonly service: string;
  /** Index of the last entry that changed it. */
  readonly revision: number;
  readonly mode: EndpointMode;
  /** Its virtual address; 0 with the mode `dns`. */
  readonly vip: number;
  /** None when there is no task to send to, else one, or the version that leaves before the one that comes. */
  readonly sides: readonly Side[];
  /** The service is gone; told once, so that nobody goes on with an older table. */
  readonly gone: boolean;
}

const backendField: Field<Backend> = structure<Backend>({
  task: text,
  slot: integer,
  address: integer,
});

/** One table goes to all workers: what it costs to fold does not grow with them. */
export const serviceTableField: Field<ServiceTable> = foldOnce(
  structure<ServiceTable>({
    service: text,
    revision: integer,
    mode: oneOf(endpointModes),
    vip: integer,
    sides: listOf(
      structure<Side>({
        specVersion: integer,
        weight: integer,
        backends: listOf(backendField) as Field<readonly Backend[]>,
      }),
    ) as Field<readonly Side[]>,
    gone: flag,
  }),
);

/** What decides whether requests go to a task. */
export interface Candidate extends Backend {
  readonly specVersion: number;
  /** It runs, by the last report of its agent. */
  readonly running: boolean;
  /** It has passed its health check, or has none. */
  readonly healthy: boolean;
  /** It is meant to run: not one that is being stopped or drained. */
  readonly wanted: boolean;
}

/** How the traffic is shared between versions. */
export interface Shares {
  /** The version that leaves; 0 when only one is there. */
  readonly from: number;
  readonly to: number;
  /** Percent for `to`, from 0 to 100. */
  readonly weight: number;
}

/** What a table is made of, besides the tasks. */
export interface TableHead {
  readonly service: string;
  readonly revision: number;
  readonly mode: EndpointMode;
  readonly vip: number;
}

/**
 * The table of a service. Only tasks that run, are healthy and wanted are in it, and only sides that
 * have traffic: what waits for its promotion, or was switched away from, gets none whatever happens to
 * the other. A share whose side has no task goes to the other side that has a share.
 */
export function serviceTable(
  head: TableHead,
  candidates: readonly Candidate[],
  { from, to, weight }: Shares,
): ServiceTable {
  const both = [
    { specVersion: from, weight: from === 0 ? 0 : 100 - weight },
    { specVersion: to, weight: from === 0 ? 100 : weight },
  ];
  const sides = both
    .filter((side) => side.weight > 0)
    .map((side) => ({ ...side, backends: backendsOf(candidates, side.specVersion) }))
    .filter((side) => side.backends.length > 0);
  const [only] = sides;
  if (sides.length === 1 && only !== undefined) sides[0] = { ...only, weight: 100 };
  return { ...head, sides, gone: false };
}

function backendsOf(candidates: readonly Candidate[], version: number): Backend[] {
  const ready = candidates.filter(
    (one) => one.specVersion === version && one.running && one.healthy && one.wanted,
  );
  ready.sort((a, b) => a.slot - b.slot || (a.task < b.task ? -1 : 1));
  return ready.map(({ task, slot, address }) => ({ task, slot, address }));
}

/** What is wrong with a table, or null. */
export function tableFault({ sides, vip, mode, gone }: ServiceTable): string | null {
  const sum = sides.reduce((total, side) => total + side.weight, 0);
  const backends = sides.flatMap((side) => side.backends);
  if (gone) return backends.length === 0 ? null : 'a table of a service that is gone has tasks';
  if (sum !== (backends.length === 0 ? 0 : 100)) return `the weights sum up to ${sum}`;
  if (sides.some((side) => side.weight > 0 && side.backends.length === 0))
    return 'traffic for nobody';
  if (sides.some((side) => !(side.weight >= 0))) return 'a weight below 0';
  if ((vip === 0) === (mode === 'vip')) return 'the mode and the virtual address disagree';
  const addresses = new Set(backends.map((backend) => backend.address));
  return addresses.size === backends.length ? null : 'two tasks have one address';
}
