import { hashString } from '../../src/index.ts';
import type { Service, Task } from '../../src/systems/orchestrator/state/rows.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';
import type { SlotOf } from './restless-slots.ts';
import { type StorePast, slotName } from './store-past.ts';
import { isWell } from './task-words.ts';

/** Tables whose changes subscribers hear of. */
const told: ReadonlySet<string> = new Set([
  'services',
  'tasks',
  'nodes',
  'volumes',
  'deployments',
  'secrets',
  'quotas',
]);

/** What a task is, as far as it never changes. */
export interface TaskIdentity {
  readonly service: string;
  readonly slot: string;
  readonly revision: number;
}

/** What a deployment has committed about traffic. */
type Share = Service['share'];

/** A value from an index on. */
interface Since<Value> {
  readonly index: number;
  readonly value: Value;
}

/** Tells one changed row; sums of it do not depend on an order. */
export function eventHash(table: string, id: string): number {
  return hashString(`${table}/${id}`);
}

/** What was true of objects at earlier indexes, for whoever hears of it later. */
export class StoryOfObjects {
  /** How many events there were up to each index, and the sum of their hashes. */
  readonly #counts: number[] = [0];
  readonly #sums: number[] = [0];
  readonly #versions: Map<string, Since<number>[]> = new Map();
  readonly #names: Map<string, Since<string>[]> = new Map();
  readonly #well: Map<string, Since<boolean>[]> = new Map();
  readonly #shares: Map<string, Since<Share>[]> = new Map();
  /** Also of tasks that are gone: their containers may be there. */
  readonly tasks: Map<string, TaskIdentity> = new Map();
  /** Address and ports of the machine that each task was given, also of tasks that are gone. */
  readonly leases: Map<string, readonly string[]> = new Map();
  /** Tasks that were given up with their nodes: they may run there, and nobody can say. */
  readonly orphaned: Set<string> = new Set();
  /** True time of the last change of each slot, deployment, service and node. */
  readonly changedUs: Map<string, number> = new Map();
  /** Each change of a slot, in their order: readers know how far they have come. */
  readonly changedSlots: SlotOf[] = [];
  readonly changedServices: string[] = [];
  /** What a look at all services found last, and how many changes of services there were by then. */
  longestStop: { readonly asOfChanges: number; readonly longestUs: number } = {
    ...{ asOfChanges: 0, longestUs: 0 },
  };
  /** True time at which a request of a client last changed anything. */
  askedUs = 0;
  /** Services that were ever to have two tasks in one slot for a while. */
  readonly doubled: Set<string> = new Set();

  /** Takes in what the entry of the index has changed. */
  follow(index: number, timeUs: number, state: ClusterState | undefined, past: StorePast): void {
    let count = this.#counts[index - 1]!;
    let sum = this.#sums[index - 1]!;
    for (const { table, group, key } of state?.changed ?? []) {
      if (!told.has(table)) continue;
      count += 1;
      sum = (sum + eventHash(table, String(table === 'secrets' ? group : key))) >>> 0;
    }
    this.#counts.push(count);
    this.#sums.push(sum);
    for (const { key, before, after } of past.of<Service>('services')) {
      const id = String(key);
      note(this.#versions, id, index, after?.version ?? 0);
      const share = after?.share ?? null;
      if (share !== (before?.share ?? null)) note(this.#shares, id, index, share);
      const { name } = (after ?? before)!.spec;
      const isNamed = after !== undefined && !after.removing;
      // One that goes away leaves its name to the next one at once, and goes on changing.
      if (isNamed) note(this.#names, name, index, id);
      else if (this.named(name, index) === id) note(this.#names, name, index, '');
      if (after !== undefined && startsBeside(after)) this.doubled.add(id);
    }
    for (const { key } of past.of('services')) this.changedServices.push(String(key));
    for (const table of ['services', 'deployments', 'nodes'] as const) {
      for (const { key } of past.of(table)) this.changedUs.set(`${table}/${key}`, timeUs);
    }
    for (const { key, before, after } of past.of<Task>('tasks')) {
      const id = String(key);
      if (before === undefined && after !== undefined) {
        const { service, slot, revision } = after;
        this.tasks.set(id, { service, slot, revision });
      }
      if (after?.observed === 'assigned') this.leases.set(id, leasesOf(after));
      if (after?.observed === 'orphaned') this.orphaned.add(id);
      const { service, slot } = (after ?? before)!;
      this.changedUs.set(slotName(service, slot), timeUs);
      this.changedSlots.push({ service, slot });
      const well = after !== undefined && isWell(after);
      if (well !== (before !== undefined && isWell(before))) note(this.#well, id, index, well);
    }
  }

  /** How long ago, in true time, something of an object last changed; infinity: never. */
  ageUs(name: string, nowUs: number): number {
    const changedUs = this.changedUs.get(name);
    return changedUs === undefined ? Number.POSITIVE_INFINITY : nowUs - changedUs;
  }

  /** Events after an index up to another: how many, and the sum of their hashes. */
  events(after: number, to: number): { readonly count: number; readonly sum: number } {
    const count = (this.#counts[to] ?? Number.NaN) - (this.#counts[after] ?? Number.NaN);
    return { count, sum: ((this.#sums[to] ?? 0) - (this.#sums[after] ?? 0)) >>> 0 };
  }

  /** The version of a service as of an index; 0: it was not there. */
  version(service: string, index: number): number {
    return asOf(this.#versions.get(service), index) ?? 0;
  }

  /** The id of the service of a name as of an index; empty: there was none. */
  named(name: string, index: number): string {
    return asOf(this.#names.get(name), index) ?? '';
  }

  /** How a service's traffic was divided as of an index; null: all tasks alike. */
  share(service: string, index: number): Share {
    return asOf(this.#shares.get(service), index) ?? null;
  }

  /** Whether a task was well as of an index. */
  wasWell(task: string, index: number): boolean {
    return asOf(this.#well.get(task), index) ?? false;
  }
}

/** What no two containers of one machine may have at a time. */
function leasesOf({ address, ports }: Readonly<Task>): readonly string[] {
  const names = ports.map(({ hostPort, protocol }) => `port ${hostPort}/${protocol}`);
  return address === 0 ? names : [...names, `address ${address}`];
}

function startsBeside({ spec: { update, rollback } }: Readonly<Service>): boolean {
  const { strategy } = update;
  if (strategy.kind !== 'rolling' || strategy.order === 'start-first') return true;
  return rollback.order === 'start-first';
}

function note<Value>(
  all: Map<string, Since<Value>[]>,
  key: string,
  index: number,
  value: Value,
): void {
  const list = all.get(key);
  if (list === undefined) all.set(key, [{ index, value }]);
  else list.push({ index, value });
}

function asOf<Value>(list: readonly Since<Value>[] | undefined, index: number): Value | undefined {
  for (let at = (list?.length ?? 0) - 1; at >= 0; at -= 1) {
    if (list![at]!.index <= index) return list![at]!.value;
  }
  return undefined;
}
