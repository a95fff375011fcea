import { ByteReader, ByteWriter } from '../../common/bytes.ts';
import { blob, type Field, integer, structure, text } from '../../common/fields.ts';
import { hashPair } from '../../common/hash.ts';
import { type Cell, GroupTable, Table, TableSum } from '../../common/table.ts';
import { type Deployment, deploymentField } from '../deployments/deployment.ts';
import { type TokenRow, tokenField } from '../identity/join-tokens.ts';
import { type WrappedKey, wrappedKeyField } from '../secrets/data-keys.ts';
import { noResources, type Resources } from '../specs/task-template.ts';
import {
  type HeldRoot,
  heldRootField,
  type Member,
  type MeshRevision,
  memberField,
  meshRevisionField,
  type Secret,
  secretRowField,
} from '../trust/trust-rows.ts';
import { makeId } from './ids.ts';
import {
  type Lease,
  leaseField,
  type Node,
  nodeRowField,
  type Penalty,
  penaltyField,
  type Quota,
  quotaRowField,
  type Restarts,
  type Revision,
  restartsField,
  revisionField,
  type Service,
  type Session,
  serviceRowField,
  sessionField,
  type Task,
  taskField,
  type Volume,
  volumeRowField,
} from './rows.ts';
import type { OrchestratorSettings } from './settings.ts';
import { TaskIndex } from './task-index.ts';

const writer: ByteWriter = new ByteWriter();

/** What has a name of its own among its kind. */
export type NamedKind = 'service' | 'node' | 'volume' | 'quota';

/** All that the managers of a cluster know together: the tables, some counters, the time. */
export class ClusterState {
  readonly settings: OrchestratorSettings;
  /** Index of the last entry that was applied. */
  applied: number = 0;
  /** The greatest term that any command carried. */
  term: number = 0;
  /** The state machine's time: the greatest that any command carried. */
  timeUs: number = 0;
  /** Where each pool looks for the next free address: of tasks, services, nodes, host ports. */
  readonly cursors: [number, number, number, number] = [0, 0, 0, 0];
  /** How many ids this entry has made. */
  private made: number = 0;

  private readonly sum: TableSum = new TableSum();
  private readonly all: GroupTable<never, unknown, never>[] = [];

  readonly services: Table<Service, string> = this.table('services', serviceRowField);
  /** By service and number. */
  readonly revisions: GroupTable<number, Revision, string> = this.grouped(
    'revisions',
    integer,
    revisionField,
    text,
  );
  readonly tasks: Table<Task, string> = this.table('tasks', taskField);
  /** By service and, of the slot and its revision, `revision/slot`. */
  readonly restarts: GroupTable<string, Restarts, string> = this.grouped(
    'restarts',
    text,
    restartsField,
    text,
  );
  readonly deployments: Table<Deployment, string> = this.table('deployments', deploymentField);
  readonly nodes: Table<Node, string> = this.table('nodes', nodeRowField);
  readonly volumes: Table<Volume, string> = this.table('volumes', volumeRowField);
  /** By address. */
  readonly addresses: GroupTable<number, Lease> = this.grouped('addresses', integer, leaseField);
  /** By node, empty for the whole cluster, and `port/protocol`. */
  readonly ports: GroupTable<string, Lease, string> = this.grouped('ports', text, leaseField, text);
  /** By node and service. */
  readonly penalties: GroupTable<string, Penalty, string> = this.grouped(
    'penalties',
    text,
    penaltyField,
    text,
  );
  readonly sessions: GroupTable<number, Session> = this.grouped('sessions', integer, sessionField);
  /** By session and sequence. */
  readonly replies: GroupTable<number, { reply: Uint8Array }> = this.grouped(
    'replies',
    integer,
    structure<{ reply: Uint8Array }>({ reply: blob }),
  );

  /** By name and version. */
  readonly secrets: GroupTable<number, Secret, string> = this.grouped(
    'secrets',
    integer,
    secretRowField,
    text,
  );
  readonly keys: Table<WrappedKey> = this.numbered('keys', wrappedKeyField);
  readonly tokens: Table<{ -readonly [Name in keyof TokenRow]: TokenRow[Name] }> = this.numbered(
    'tokens',
    tokenField,
  );
  readonly roots: Table<HeldRoot> = this.numbered('roots', heldRootField);
  /** By node. */
  readonly members: Table<Member, string> = this.table('members', memberField);
  /** One row, 0, once there is a member. */
  readonly mesh: Table<MeshRevision> = this.numbered('mesh', meshRevisionField);
  readonly quotas: Table<Quota, string> = this.table('quotas', quotaRowField);

  /** By kind and name; what is going away has no name any more. */
  readonly names: Map<string, string> = new Map();
  readonly index: TaskIndex = new TaskIndex();
  /** Services with one task a node. */
  readonly globals: Set<string> = new Set();

  constructor(settings: OrchestratorSettings) {
    this.settings = settings;
    this.settle();
  }

  private grouped<Key extends number | string, Row, Group extends number | string = number>(
    name: string,
    keys: Field<Key>,
    rows: Field<Row>,
    groups?: Field<Group>,
  ): GroupTable<Key, Row, Group> {
    const seed = hashPair(0xc1a5, this.all.length + 1);
    const table = new GroupTable<Key, Row, Group>(name, seed, keys, rows, this.sum, groups);
    this.all.push(table as unknown as GroupTable<never, unknown, never>);
    return table;
  }

  private numbered<Row>(name: string, rows: Field<Row>): Table<Row> {
    return new Table(this.grouped(name, integer, rows));
  }

  private table<Row>(name: string, rows: Field<Row>): Table<Row, string> {
    return new Table(this.grouped(name, text, rows));
  }

  /** A new id; belongs to the entry that is being applied. */
  nextId(): string {
    return makeId(this.term, this.applied, this.made++);
  }

  /** Closes the changes of one entry: brings the hash up to date. */
  settle(): void {
    this.made = 0;
    this.sum.settle();
  }

  /** The rows that the last entry changed, made or deleted. */
  get changed(): readonly Cell[] {
    return this.sum.changed;
  }

  named(kind: NamedKind, name: string): string | undefined {
    return this.names.get(`${kind}/${name}`);
  }

  /** What a task of this revision holds of its node. */
  reserved(task: Pick<Task, 'service' | 'revision'>): Resources {
    const revision = this.revisions.get(task.service, task.revision);
    return revision?.spec.template.reservations ?? noResources;
  }

  /** 16 hex digits; equal states have equal ones. Costs nothing that grows with the state. */
  hash(): string {
    let low = this.sum.low;
    let high = this.sum.high;
    for (const number of this.numbers()) {
      low = hashPair(low, number);
      high = hashPair(number, high);
    }
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }

  private numbers(): number[] {
    return [this.applied, this.term, this.timeUs, ...this.cursors];
  }

  /** The whole state as bytes; equal states have equal bytes, whatever led to them. */
  save(): Uint8Array {
    writer.length = 0;
    for (const number of this.numbers()) writer.varint(number);
    for (const table of this.all) table.save(writer);
    return writer.finish();
  }

  /** A state from the bytes of `save`. Throws a RangeError on other bytes. */
  static restore(settings: OrchestratorSettings, bytes: Uint8Array): ClusterState {
    const state = new ClusterState(settings);
    const reader = new ByteReader(bytes);
    state.applied = reader.varint();
    state.term = reader.varint();
    state.timeUs = reader.varint();
    for (const at of [0, 1, 2, 3] as const) state.cursors[at] = reader.varint();
    for (const table of state.all) table.restore(reader);
    reader.close();
    state.reindex();
    state.settle();
    return state;
  }

  /** The same again: what is done to it is done to nobody else. Costs the whole state. */
  copy(): ClusterState {
    return ClusterState.restore(this.settings, this.save());
  }

  private reindex(): void {
    for (const id of this.quotas.keys()) {
      const { spec } = this.quotas.get(id)!;
      this.names.set(`quota/${spec.name}`, id);
      this.index.quotas.quotaCame(id, spec.selector);
    }
    for (const id of this.services.keys()) {
      const service = this.services.get(id)!;
      if (!service.removing) this.names.set(`service/${service.spec.name}`, id);
      if (service.spec.mode.kind === 'global') this.globals.add(id);
      this.index.quotas.serviceChanged(id, service.spec.labels);
    }
    for (const id of this.nodes.keys()) {
      this.names.set(`node/${this.nodes.get(id)!.spec.name}`, id);
    }
    for (const id of this.volumes.keys()) {
      this.names.set(`volume/${this.volumes.get(id)!.spec.name}`, id);
    }
    for (const id of this.tasks.keys()) {
      const task = this.tasks.get(id)!;
      this.index.add(id, task, this.reserved(task));
    }
  }
}
