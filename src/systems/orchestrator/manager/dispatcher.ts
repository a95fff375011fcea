import type { Address } from '../../../sim/message.ts';
import type { Cell } from '../../common/table.ts';
import type {
  Beat,
  CallOutcome,
  Register,
  Report,
  Unmounted,
  WorkerMessage,
} from '../messages/worker-messages.ts';
import type { Node } from '../state/rows.ts';
import { isClaimInUse } from '../volumes/volumes.ts';
import { Admission } from './admission.ts';
import { Assignments } from './assignments.ts';
import type { Leadership } from './leadership.ts';
import { MeshNews } from './mesh-news.ts';
import { NameTables } from './name-tables.ts';
import { NodeWatch } from './node-watch.ts';
import { ReportBatches } from './report-batches.ts';
import type { TrustOffice } from './trust-office.ts';
import type { WorkerSession } from './worker-session.ts';

/**
 * The leader's side of all workers: who has a session, when each was heard, what each has been told.
 * None of it is in the store; a new leader begins with nothing, and the workers come to it.
 */
export class Dispatcher {
  private readonly lead: Leadership;
  /** By their names. */
  private readonly sessions: Map<string, WorkerSession> = new Map();
  private readonly byNode: Map<string, WorkerSession> = new Map();
  private readonly watch: NodeWatch;
  private readonly assignments: Assignments;
  private readonly tables: NameTables;
  private readonly mesh: MeshNews;
  private readonly reports: ReportBatches;
  private readonly admission: Admission;
  /** What nodes trust that is on its way into the store. */
  private readonly trusting: Set<string> = new Set();

  constructor(lead: Leadership, office: TrustOffice) {
    this.lead = lead;
    const all = () => this.sessions.values();
    this.watch = new NodeWatch(lead);
    this.assignments = new Assignments(lead, office, (node) => this.byNode.get(node));
    this.tables = new NameTables(lead, all);
    this.mesh = new MeshNews(lead, all);
    this.reports = new ReportBatches(lead, (session) => this.drop(session));
    this.admission = new Admission(lead, office, (session) => this.begun(session));
  }

  get size(): number {
    return this.sessions.size;
  }

  begin(): void {
    this.watch.begin();
    this.tables.begin();
  }

  observe(changed: readonly Cell[]): void {
    let isNews = false;
    for (const cell of changed) {
      this.tables.observe(cell);
      if (cell.table === 'nodes') this.nodeChanged(String(cell.key), cell.row as Node, cell.gone);
      this.assignments.observe(cell);
      isNews ||= cell.table === 'mesh' || cell.table === 'roots';
    }
    if (isNews) this.mesh.observe();
  }

  private nodeChanged(id: string, node: Readonly<Node>, gone: boolean): void {
    this.watch.nodeChanged(id);
    const session = this.byNode.get(id);
    if (session === undefined) return;
    const isOver = gone || node.status !== 'up' || node.registration !== session.registration;
    if (isOver) this.drop(session);
  }

  /** A registration is committed and its session told. */
  private begun(session: WorkerSession): void {
    const before = this.byNode.get(session.node);
    if (before !== undefined) this.sessions.delete(before.name);
    this.sessions.set(session.name, session);
    this.byNode.set(session.node, session);
    this.lead.counts.count('sessions');
    this.watch.heard(session.node);
    this.assignments.begin(session);
    this.tables.sendAll(session);
    this.mesh.sendTo(session);
  }

  /** The worker has to register again. */
  private drop(session: WorkerSession): void {
    if (!this.sessions.delete(session.name)) return;
    if (this.byNode.get(session.node) === session) this.byNode.delete(session.node);
    this.sayOver(session.address, session.name);
  }

  private sayOver(to: Address, session: string): void {
    this.lead.send(to, { kind: 'session-over', session, leader: this.lead.host.leader });
  }

  message(from: Address, message: WorkerMessage): void {
    switch (message.kind) {
      case 'join':
        this.admission.join(from, message);
        return;
      case 'register':
        this.register(from, message);
        return;
      case 'renew': {
        const session = this.known(from, message.session);
        if (session !== undefined) this.admission.renew(session, message);
        return;
      }
      case 'beat':
        this.beat(from, message);
        return;
      case 'report':
        this.report(from, message);
        return;
      case 'unmounted':
        this.unmounted(from, message);
        return;
      default:
    }
  }

  /** The session, if it is one of this leader and of whoever says so. */
  private known(from: Address, name: string): WorkerSession | undefined {
    const session = this.sessions.get(name);
    if (session !== undefined && session.address === from) return session;
    this.sayOver(from, name);
    return undefined;
  }

  private register(from: Address, register: Register): void {
    for (const session of this.admission.answeredBefore(from, register)) {
      if (this.sessions.get(session.name) !== session) continue;
      this.admission.tellSession(session);
      return;
    }
    this.admission.register(from, register);
  }

  private beat(from: Address, beat: Beat): void {
    const session = this.known(from, beat.session);
    if (session === undefined) return;
    const { lead } = this;
    lead.counts.count('beats');
    this.watch.heard(session.node);
    this.assignments.heard(session, beat.assigned);
    this.tables.heard(session, beat.tables);
    this.mesh.heard(session, beat.mesh, beat.trusts);
    this.noteTrust(session, beat);
    // The worker's lease hangs on the answer: none from one who leads no more, though he does not know.
    lead.confirmed(() => {
      if (this.sessions.get(session.name) !== session) return;
      const { name, address } = session;
      lead.send(address, { kind: 'beat-heard', session: name, beat: beat.beat, term: lead.term });
    });
  }

  /** A worker has learned of another root, or has another certificate: a rotation may wait for that. */
  private noteTrust({ node }: WorkerSession, { trusts, serial: has }: Beat): void {
    const member = this.lead.state.members.get(node);
    if (member === undefined || this.trusting.has(node)) return;
    const { meshKey, oldSerial, serial } = member;
    const isNewer = oldSerial !== 0 && has === serial;
    if (trusts <= member.trusts && !isNewer) return;
    this.trusting.add(node);
    const shown = oldSerial === 0 || isNewer ? serial : oldSerial;
    this.lead.propose({ kind: 'update-member', node, serial: shown, meshKey, trusts }, () => {
      this.trusting.delete(node);
    });
  }

  private report(from: Address, report: Report): void {
    const session = this.known(from, report.session);
    if (session !== undefined) this.reports.take(session, report);
  }

  private unmounted(from: Address, { session: name, volume, epoch }: Unmounted): void {
    const session = this.known(from, name);
    if (session === undefined) return;
    const { lead } = this;
    const { node, address } = session;
    const row = lead.state.volumes.get(volume);
    // The report of the end is on its way: the worker says it again when that was heard.
    if (row !== undefined && isClaimInUse(lead.state, row, epoch)) return;
    const key = `${volume}/${epoch}`;
    if (session.releasing.has(key)) return;
    session.releasing.add(key);
    lead.propose({ kind: 'unmounted', node, volume, epoch }, (reply) => {
      session.releasing.delete(key);
      if (reply === null || (reply.kind === 'refused' && reply.why === 'in-use')) return;
      lead.send(address, { kind: 'unmounted-heard', session: name, volume, epoch });
    });
  }

  /** Whoever asks another than the leader is told whom to ask. */
  static refusal(
    message: WorkerMessage,
    outcome: CallOutcome,
    leader: string,
  ): WorkerMessage | null {
    switch (message.kind) {
      case 'join':
      case 'renew': {
        const { request } = message;
        const none = { why: null, node: '', certificate: null, roots: [] };
        return { kind: 'certified', request, outcome, leader, ...none };
      }
      case 'register': {
        const { request } = message;
        return { kind: 'turned-away', request, outcome, why: null, what: '', leader };
      }
      case 'beat':
      case 'report':
      case 'unmounted':
        return { kind: 'session-over', session: message.session, leader };
      default:
        return null;
    }
  }
}
