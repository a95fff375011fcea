import type { PlacedPart } from '../messages/fragment.ts';
import { partAt } from '../metadata/chunk-life.ts';
import type { PlannedWork } from './indexes.ts';
import { proposeAgainUs } from './leadership.ts';
import type { Standing } from './redundancy.ts';
import type { Order, TaskAnswer } from './tasks.ts';
import type { ChunkWork } from './write-grants.ts';

/** How often an order to make a fragment is given. A large one takes longer than a time-out. */
const ordersGiven = 12;

/** Carries out plans that make a fragment on a server: moves and repairs. */
export class Moves {
  private readonly work: ChunkWork;
  private readonly standing: (chunk: number) => Standing | null;
  private readonly failed: (work: PlannedWork) => void;
  /** Plans whose order was given, and the task that waits for its answer; null when none does. */
  private readonly running: Map<number, number | null> = new Map();

  /** `failed` is told of plans that were given up. */
  constructor(
    work: ChunkWork,
    standing: (chunk: number) => Standing | null,
    failed: (work: PlannedWork) => void,
  ) {
    this.work = work;
    this.standing = standing;
    this.failed = failed;
  }

  /** Orders under way. */
  get size(): number {
    return this.running.size;
  }

  /** A plan is in the tables. */
  added(work: PlannedWork): void {
    if (work.plan.kind !== 'move' || this.running.has(work.id)) return;
    this.running.set(work.id, null);
    const { tasks, servers } = this.work;
    const order = servers.isAlive(work.plan.server) ? this.orderOf(work) : null;
    if (order === null) {
      this.close(work, false);
      return;
    }
    const task = tasks.give(work.plan.server, order, ordersGiven, (answer) =>
      this.answered(work, answer),
    );
    this.running.set(work.id, task);
  }

  /**
   * A server was lost, or was found again. What a lost one was to make somebody else makes now, rather
   * than when it has not answered often enough.
   */
  serverChanged(server: number): void {
    const { lead, tasks, servers } = this.work;
    const works = lead.indexes.plansOf.get(server);
    if (works === undefined || servers.isAlive(server)) return;
    for (const work of [...works.values()]) {
      const task = this.running.get(work.id) ?? null;
      if (task === null) continue;
      tasks.callOff(task);
      this.running.set(work.id, null);
      lead.env.probe('who was to make a fragment is lost');
      this.close(work, false);
    }
  }

  /** A plan has gone from the tables. */
  removed(id: number): void {
    this.running.delete(id);
  }

  private answered(work: PlannedWork, answer: TaskAnswer): void {
    if (this.running.has(work.id)) this.running.set(work.id, null);
    const isDone = answer?.kind === 'task-done' && answer.fault === null;
    this.work.lead.env.probe(isDone ? 'a fragment was made' : 'a fragment could not be made');
    this.close(work, isDone);
  }

  private close(work: PlannedWork, carriedOut: boolean): void {
    const { lead } = this.work;
    const { chunk, id: plan } = work;
    if (!carriedOut) this.failed(work);
    lead.propose({ kind: 'plan-done', chunk, plan, carriedOut }, (reply) => {
      if (reply === null) lead.alarms.after(proposeAgainUs, () => this.close(work, carriedOut));
    });
  }

  /** Null: nobody has what it takes. */
  private orderOf({ chunk, plan }: PlannedWork): Order | null {
    const { lead } = this.work;
    const row = lead.state.chunks.get(chunk);
    const standing = this.standing(chunk);
    if (row === undefined || standing === null || standing.margin < 0) return null;
    const { version, generation, part, position } = plan;
    if (row.version !== version || row.generation !== generation) return null;
    const name = { chunk, version, generation, part };
    const storageClass = lead.state.classes.get(row.classId)!;
    const { redundancy } = storageClass;
    const holders = standing.sources.filter((server) => server !== 0);
    const here = standing.sources[position] ?? 0;
    const copied = here !== 0 ? here : redundancy.kind === 'replicated' ? holders[0]! : 0;
    if (copied !== 0) return { kind: 'copy-fragment', ...name, source: lead.nodeOf(copied) };
    if (redundancy.kind !== 'erasure') return null;
    const sources: PlacedPart[] = [];
    standing.sources.forEach((server, at) => {
      if (server === 0) return;
      sources.push({ node: lead.nodeOf(server), part: partAt(storageClass, at) });
    });
    const { dataParts, parityParts } = redundancy;
    return { kind: 'rebuild-part', ...name, dataParts, parityParts, sources };
  }
}
