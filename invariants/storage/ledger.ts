import type {
  FileHistory,
  LadderOptions,
  Ledger,
  LedgerDefinition,
  Lifecycle,
  NoteBroken,
  Phase,
  Step,
  WorldView,
} from '../../src/index.ts';
import type { Entry } from '../../src/systems/raft/types.ts';
import type { RaftStateReader, RaftView } from '../../src/systems/raft/view.ts';
import {
  serverSizeFrom,
  storageSettingsFrom,
  storageTimingsFrom,
} from '../../src/systems/storage/drawn-settings.ts';
import type { BeatHeard } from '../../src/systems/storage/messages/control-messages.ts';
import type { ReadBlocks, WriteBytes } from '../../src/systems/storage/messages/data-messages.ts';
import type {
  Answered,
  Ask,
  Call,
  CallDone,
} from '../../src/systems/storage/messages/metadata-messages.ts';
import { decodeEnvelope } from '../../src/systems/storage/metadata/command-codec.ts';
import { topologyOf } from '../../src/systems/storage/topology.ts';
import { remember } from '../raft/remember.ts';
import { writeKey } from './acknowledged.ts';
import { Calls } from './calls.ts';
import { DeletePlans } from './delete-plans.ts';
import { FileLedger } from './file-ledger.ts';
import type {
  LeaderReader,
  MetadataReader,
  PlacelessGrant,
  ProposedMove,
  ProposedPlaces,
  StorageFacts,
  StorageMoment,
} from './moment.ts';
import { MetadataOracle } from './oracle.ts';
import { ReadsAsked } from './reads.ts';
import { type FragmentChange, ServerMirror } from './server-mirror.ts';
import { SteadyServers } from './steady-servers.ts';
import { triggers } from './triggers.ts';

/** Virtual time between two looks at progress. */
const pulseUs = 100_000;

/** Writes whose chain is remembered; older ones have been answered or given up long ago. */
const rememberedWrites = 4_096;

const noMoves: readonly ProposedMove[] = [];
const noGrants: readonly PlacelessGrant[] = [];
const noPlaces: readonly ProposedPlaces[] = [];

/** The ghost state of the storage system: see `StorageFacts` for what it holds. */
export const storageGhost: LedgerDefinition<StorageMoment> = {
  triggers,
  begin: (options) => new StorageLedger(options),
};

function isFileHistory(history: unknown): history is FileHistory {
  return typeof history === 'object' && history !== null && 'writers' in history;
}

class StorageLedger implements Ledger<StorageMoment> {
  readonly moment: StorageMoment;
  readonly #facts: StorageFacts;
  readonly #servers: number;
  /** Nodes that run Raft. */
  readonly #speakers: number;
  #nextPulseUs = 0;

  constructor(options: LadderOptions) {
    const { world, config } = options;
    const topology = topologyOf(config);
    const settings = storageSettingsFrom(config);
    this.#servers = world.serverCount;
    this.#speakers = topology.firstServer;
    this.#facts = {
      world,
      options,
      topology,
      settings,
      timings: storageTimingsFrom(config),
      oracle: new MetadataOracle(settings),
      calls: new Calls(),
      servers: Array.from({ length: world.serverCount }, (_, node) =>
        node < topology.firstServer ? undefined : new ServerMirror(node),
      ),
      steady: new SteadyServers(),
      capacityBytes: Array.from({ length: world.serverCount }, (_, node) =>
        node < topology.firstServer ? 0 : serverSizeFrom(config, node).capacityBytes,
      ),
      deletePlans: new DeletePlans(),
      files: isFileHistory(options.history) ? new FileLedger(options.history) : undefined,
      reads: new ReadsAsked(),
      chains: new Map(),
      phase: 'form',
      healedUs: Number.POSITIVE_INFINITY,
      termSinceUs: 0,
    };
    this.moment = {
      facts: this.#facts,
      message: undefined,
      peer: -1,
      timeUs: 0,
      node: 0,
      metadata: undefined,
      before: undefined,
      after: undefined,
      answer: undefined,
      call: undefined,
      told: undefined,
      question: undefined,
      writes: [],
      changes: [],
      moves: noMoves,
      placeless: noGrants,
      places: noPlaces,
      leader: undefined,
      isChain: false,
      isStart: false,
      finished: [],
    };
  }

  // ------------------------------------------------------------------ events

  afterStep(step: Step): number {
    this.moment.timeUs = step.timeUs;
    this.moment.node = step.node;
    this.moment.isChain = false;
    this.moment.isStart = false;
    this.moment.moves = noMoves;
    this.moment.placeless = noGrants;
    this.moment.places = noPlaces;
    if (step.node >= this.#servers) return this.#clientStep(step);
    const changed = step.node < this.#speakers ? this.#masterStep(step) : this.#serverStep(step);
    return step.timeUs < this.#nextPulseUs ? changed : changed | this.#pulse(step);
  }

  promised(node: number, file: string, _from: number, _to: number): number {
    return this.#promised(node, (mirror, disk, changes) => mirror.promised(file, disk, changes));
  }

  #promised(
    node: number,
    take: (
      mirror: ServerMirror,
      disk: ReturnType<WorldView['disk']>,
      changes: FragmentChange[],
    ) => void,
  ): number {
    const mirror = this.#facts.servers[node];
    if (mirror === undefined) return 0;
    const { world } = this.#facts;
    this.#turnTo(node, world.timeUs);
    const { changes } = this.moment;
    this.moment.isStart = false;
    changes.length = 0;
    take(mirror, world.disk(node), changes);
    return changes.length === 0 ? 0 : triggers.fragments;
  }

  directoryPromised(node: number, directory: string): number {
    return this.#promised(node, (mirror, disk, changes) =>
      mirror.directoryPromised(directory, disk, changes),
    );
  }

  lifecycle(node: number, what: Lifecycle, timeUs: number): number {
    this.#turnTo(node, timeUs);
    const { servers, steady, world } = this.#facts;
    switch (what) {
      case 'started':
        servers[node]?.begin(world.disk(node));
        steady.started(node);
        this.moment.isStart = true;
        return triggers.started;
      case 'killed':
      case 'power-lost':
        return triggers.crashed;
      case 'wiped':
        servers[node]?.wiped(timeUs);
        return triggers.wiped;
      default:
        return 0;
    }
  }

  phase(phase: Phase, timeUs: number): number {
    this.#facts.phase = phase;
    if (phase === 'settle') this.#facts.healedUs = timeUs;
    this.moment.timeUs = timeUs;
    this.moment.isChain = false;
    return triggers.phase;
  }

  /** That every step ends is for the run itself to judge. */
  threw(): number {
    return 0;
  }

  stuck(): number {
    return 0;
  }

  finish(): number {
    this.moment.timeUs = this.#facts.world.timeUs;
    this.moment.isChain = false;
    return triggers.end;
  }

  audit(_node: number | undefined, _note: NoteBroken): string | undefined {
    return undefined;
  }

  // ------------------------------------------------------------ what changed

  /** What happens between steps. */
  #turnTo(node: number, timeUs: number): void {
    const { moment } = this;
    moment.isChain = false;
    moment.node = node;
    moment.timeUs = timeUs;
    moment.before = undefined;
    moment.after = undefined;
    moment.metadata = undefined;
  }

  #masterStep(step: Step): number {
    const { moment } = this;
    const { oracle } = this.#facts;
    const state = step.state as RaftStateReader<MetadataReader>;
    const before = step.before as RaftView;
    const after = step.after as RaftView;
    moment.metadata = after.phase === 'running' ? state.machine : undefined;
    moment.before = before;
    moment.after = after;
    if (before === after) return 0;
    let changed = 0;
    if (after.commit > oracle.last && this.#takeCommitted(state, after.commit)) {
      changed |= triggers.chain;
      moment.isChain = true;
      this.#facts.deletePlans.follow(oracle);
    }
    if (after.applied !== before.applied || after.phase !== before.phase) {
      changed |= triggers.applied;
    }
    return changed | this.#noteMoves(state);
  }

  /** What a leader appends in the very step in which it decides so. */
  #noteMoves(state: RaftStateReader<MetadataReader>): number {
    const { moment } = this;
    const [before, after] = [moment.before!, moment.after!];
    const leader = (state as { readonly service?: { readonly leader?: LeaderReader | null } })
      .service?.leader;
    if (after.role !== 'leader' || after.lastIndex === before.lastIndex || !leader) return 0;
    const moves: ProposedMove[] = [];
    const placeless: PlacelessGrant[] = [];
    const places: ProposedPlaces[] = [];
    for (let index = before.lastIndex + 1; index <= after.lastIndex; index += 1) {
      const entry = state.log.entry(index);
      if (entry?.kind !== 'command') continue;
      const { command } = decodeEnvelope(entry.data);
      const { term } = entry;
      if (command.kind === 'plan-move') {
        const { chunk, position, to } = command;
        moves.push({ term, index, chunk, position, to });
      } else if (command.kind === 'grant-write' || command.kind === 'convert-begin') {
        if (command.members.some((one) => one !== 0)) places.push({ term, index, command });
        else if (command.kind === 'grant-write') placeless.push({ term, index, command });
      }
    }
    moment.moves = moves;
    moment.placeless = placeless;
    moment.places = places;
    moment.leader = leader;
    return moves.length + placeless.length + places.length === 0 ? 0 : triggers.moves;
  }

  #serverStep({ node, from, received, timeUs }: Step): number {
    if (received?.kind === 'read-blocks') {
      this.#facts.reads.note(node, from, received as ReadBlocks, timeUs);
    } else if (received?.kind === 'beat-heard') {
      this.#facts.steady.heard(this.#facts, node, timeUs, received as BeatHeard);
    }
    return 0;
  }

  /**
   * The first to commit shows the oracle what is committed. A node without the entries that follow
   * shows nothing: somebody else committed them before it took its snapshot.
   */
  #takeCommitted({ log }: RaftStateReader<unknown>, commit: number): boolean {
    const { oracle } = this.#facts;
    if (log.entry(oracle.last + 1) === undefined) return false;
    const term = oracle.at(oracle.last)?.term;
    oracle.begin();
    for (let index = oracle.last + 1; index <= commit; index += 1) {
      oracle.take(log.entry(index) as Entry);
    }
    oracle.end();
    if (oracle.at(oracle.last)?.term !== term) this.#facts.termSinceUs = this.moment.timeUs;
    return true;
  }

  #clientStep(step: Step): number {
    const { calls } = this.#facts;
    const { writes } = this.moment;
    writes.length = 0;
    for (let at = 0; at < step.sentCount; at += 1) {
      const { message } = step.sent[at] as Step['sent'][number];
      if (message.kind === 'call') calls.called(message as Call, step.node);
      else if (message.kind === 'ask') calls.asked(message as Ask, step.node);
      else if (message.kind === 'write-bytes') writes.push(message as WriteBytes);
    }
    for (const write of writes) {
      remember(this.#facts.chains, writeKey(write), write.chain, rememberedWrites);
    }
    const told = this.#noteTold(step) | (writes.length === 0 ? 0 : triggers.wrote);
    return told | this.#noteFinished();
  }

  /** What the step made the workload record. */
  #noteFinished(): number {
    const { files } = this.#facts;
    if (files === undefined || files.finished.length === 0) return 0;
    const finished = files.finished.splice(0);
    for (const operation of finished) files.follow(operation);
    this.moment.finished = finished;
    return triggers.finished;
  }

  #noteTold(step: Step): number {
    const { calls } = this.#facts;
    const { moment } = this;
    const { received } = step;
    moment.answer = undefined;
    moment.told = undefined;
    if (received?.kind === 'call-done') {
      const answer = received as CallDone;
      moment.answer = answer;
      moment.call = calls.done(answer, step.node);
      return answer.outcome === 'done' ? triggers.answered : 0;
    }
    if (received?.kind !== 'answered') return 0;
    const told = received as Answered;
    moment.told = told;
    moment.question = calls.answered(told, step.node);
    return told.outcome === 'done' ? triggers.told : 0;
  }

  #pulse(step: Step): number {
    this.#nextPulseUs = step.timeUs + pulseUs;
    return triggers.pulse;
  }
}
