import { type Alarm, callOff } from '../../common/alarms.ts';
import type { VersionSet } from '../messages/control-messages.ts';
import { presentCount } from '../metadata/chunk-life.ts';
import type { Leadership } from './leadership.ts';
import type { Servers } from './servers.ts';
import type { Tasks } from './tasks.ts';

/** What the replicas of a chunk are to agree on. */
export interface RoundAim {
  readonly chunk: number;
  readonly version: number;
  readonly fence: number;
  readonly generation: number;
  /** The version that they have; 0: none, or a copy of `copyOf`. */
  readonly from: number;
  readonly copyOf: number;
  readonly copyVersion: number;
  readonly copyGeneration: number;
  /** Servers by position. */
  readonly members: readonly number[];
}

/** How long a round waits for whom. */
export interface RoundPatience {
  /** With fewer it waits until `limitUs`, and then ends all the same. */
  readonly minimum: number;
  /** With enough it waits so long for those that are alive and silent. */
  readonly patienceUs: number;
  readonly limitUs: number;
  /** Whether a silent one is not waited for, when there are enough. */
  isLost(server: number): boolean;
}

/** How often a member is asked anew because it tells another version. */
const mostTries = 16;

type Phase = 'setting' | 'adopting' | 'ended';

/**
 * Brings the replicas of a chunk to one version, one fence and the same writes: each makes version and
 * fence durable and says how far its writes go, and those that lag take over from the longest. Ends
 * with those that have done it. All of it may be done twice.
 */
export class Round {
  readonly aim: RoundAim;
  private readonly lead: Leadership;
  private readonly tasks: Tasks;
  private readonly patience: RoundPatience;
  private readonly done: (durable: readonly number[]) => void;
  private phase: Phase = 'setting';
  private beganUs: number;
  /** Orders under way, by server. */
  private readonly waiting: Map<number, number> = new Map();
  /** Who has the version and its fence. */
  private readonly set: Map<number, VersionSet> = new Map();
  private readonly durable: Set<number> = new Set();
  private useless: readonly number[] = [];
  /** How often each was asked under which version it has the chunk. */
  private readonly tries: Map<number, number> = new Map();
  private alarm: Alarm | null = null;

  constructor(
    lead: Leadership,
    tasks: Tasks,
    aim: RoundAim,
    patience: RoundPatience,
    done: (durable: readonly number[]) => void,
  ) {
    this.lead = lead;
    this.tasks = tasks;
    this.aim = aim;
    this.patience = patience;
    this.done = done;
    this.beganUs = lead.nowUs;
  }

  /** Servers that were asked and have not answered. */
  get silent(): readonly number[] {
    return [...this.waiting.keys()];
  }

  /**
   * Who had most, and gave it to nobody as far as anybody told. Unless it is empty those with which the
   * round ended may differ, now or later: an order to take over from such a one may be carried out by
   * then, or be under way still. They have to agree once more, under a fence of which no such order is.
   */
  get passedOver(): readonly number[] {
    return this.useless;
  }

  begin(): void {
    for (const server of this.aim.members) if (server !== 0) this.setOn(server, this.aim.from);
    this.look();
  }

  /** Ends it without a result. */
  callOff(): void {
    this.phase = 'ended';
    callOff(this.alarm);
    for (const task of this.waiting.values()) this.tasks.callOff(task);
    this.waiting.clear();
  }

  private setOn(server: number, from: number): void {
    const { chunk, version, generation, fence, copyOf, copyVersion, copyGeneration } = this.aim;
    const order = {
      ...{ kind: 'set-version' as const, chunk, version, generation, part: 0, from, fence },
      ...{ copyOf, copyVersion, copyGeneration },
    };
    const task = this.tasks.give(server, order, Number.POSITIVE_INFINITY, (answer) => {
      this.waiting.delete(server);
      if (answer?.kind === 'version-set') this.answered(server, from, answer);
      this.look();
    });
    this.waiting.set(server, task);
  }

  private answered(server: number, from: number, answer: VersionSet): void {
    if (answer.fault === null) {
      this.set.set(server, answer);
      return;
    }
    // A version that was given out may have come to nothing, or not to all: what a member holds has
    // every acknowledged write, whatever it is called.
    const { fault, version } = answer;
    if (from === 0 || fault !== 'stale') return;
    // One that it has already, or a later one: it refuses for its fence.
    if (version === 0 || version === from || version >= this.aim.version) return;
    const tries = (this.tries.get(server) ?? 0) + 1;
    this.tries.set(server, tries);
    if (tries < mostTries) this.setOn(server, version);
  }

  /** Goes on when it need not wait any more. */
  private look(): void {
    if (this.phase === 'ended') return;
    const { lead, patience } = this;
    const ageUs = lead.nowUs - this.beganUs;
    const ready = this.phase === 'setting' ? this.set.size : this.durable.size;
    const isEnough = ready >= patience.minimum;
    const waits = [...this.waiting.keys()].some((server) =>
      isEnough ? ageUs < patience.patienceUs && !patience.isLost(server) : ageUs < patience.limitUs,
    );
    callOff(this.alarm);
    if (!waits) this.next();
    else this.alarm = lead.alarms.after(lead.timings.taskTimeoutUs / 4, () => this.look());
  }

  private next(): void {
    for (const task of this.waiting.values()) this.tasks.callOff(task);
    this.waiting.clear();
    if (this.phase === 'setting') {
      this.adopt();
      return;
    }
    if (this.othersAreAsMany()) this.passOver();
    this.end();
  }

  /**
   * Whether those that lag are no fewer than those that they were to take over from, and took nothing. What
   * is acknowledged each of them has; a chunk is not left to the one that has just fallen silent.
   */
  private othersAreAsMany(): boolean {
    const { durable, set, patience } = this;
    if (durable.size >= patience.minimum) return false;
    const others = set.size - durable.size;
    return others > 0 && others >= durable.size;
  }

  private passOver(): void {
    const { durable, set } = this;
    this.lead.env.probe('a round goes on without who had most');
    this.useless = [...durable];
    durable.clear();
    for (const server of set.keys()) if (!this.useless.includes(server)) durable.add(server);
  }

  private adopt(): void {
    this.phase = 'adopting';
    this.beganUs = this.lead.nowUs;
    let longest: VersionSet | null = null;
    for (const server of this.aim.members) {
      const one = this.set.get(server);
      if (one !== undefined && (longest === null || isLonger(one, longest))) longest = one;
    }
    if (longest === null) {
      this.end();
      return;
    }
    const source = longest;
    for (const server of this.aim.members) {
      const one = this.set.get(server);
      if (one === undefined) continue;
      if (isLonger(source, one)) this.adoptOn(server, source.server);
      else this.durable.add(server);
    }
    this.look();
  }

  private adoptOn(server: number, source: number): void {
    this.lead.env.probe('a replica adopts from a longer one');
    const { chunk, version, generation, fence } = this.aim;
    const name = { chunk, version, generation, part: 0 };
    const order = { kind: 'adopt' as const, ...name, fence, source: this.lead.nodeOf(source) };
    const task = this.tasks.give(server, order, Number.POSITIVE_INFINITY, (answer) => {
      this.waiting.delete(server);
      if (answer?.kind === 'task-done' && answer.fault === null) this.durable.add(server);
      this.look();
    });
    this.waiting.set(server, task);
  }

  private end(): void {
    this.phase = 'ended';
    callOff(this.alarm);
    const durable = this.aim.members.map((server) => (this.durable.has(server) ? server : 0));
    if (presentCount(durable) < presentCount(this.aim.members)) {
      this.lead.env.probe('a round ended without a member');
    }
    this.done(durable);
  }
}

function isLonger(a: VersionSet, b: VersionSet): boolean {
  if (a.lastFence !== b.lastFence) return a.lastFence > b.lastFence;
  return a.lastSequence > b.lastSequence;
}

/** Silent servers that are known to be lost are waited for only when there are not enough others. */
export function patienceOf(
  servers: Servers,
  minimum: number,
  patienceUs: number,
  limitUs: number,
): RoundPatience {
  const isLost = (server: number) => !servers.isAlive(server);
  return { minimum, patienceUs, limitUs, isLost };
}
