import type { Address } from '../../../sim/message.ts';
import { equalBytes } from '../crypto/bytes.ts';
import {
  answersChallenge,
  type Certificate,
  certificateFault,
  requestHolds,
} from '../identity/certificates.ts';
import { parseToken, shownToken } from '../identity/join-tokens.ts';
import type { CallOutcome, Join, Register, Renew } from '../messages/worker-messages.ts';
import { DeliverySender, deliveryKey } from '../secrets/delivery.ts';
import type { Command } from '../state/command.ts';
import { type Refusal, type Reply, refuse } from '../state/reply.ts';
import { isRevoked } from '../trust/membership.ts';
import type { Leadership } from './leadership.ts';
import { publicRoots } from './mesh-news.ts';
import type { TrustOffice } from './trust-office.ts';
import { newWorkerSession, type WorkerSession } from './worker-session.ts';

/** Challenges that wait for their answer; the oldest is forgotten for a new one. */
const maxChallenges = 4_096;

interface Challenged {
  readonly request: number;
  readonly challenge: string;
}

/** Who asked for a registration last. */
interface Registering {
  readonly from: Address;
  readonly register: Register;
}

/** Who asked for a certificate last. */
interface Certifying {
  readonly to: Address;
  readonly request: number;
}

/** Lets machines become members, and members begin sessions. */
export class Admission {
  private readonly lead: Leadership;
  private readonly office: TrustOffice;
  private readonly begun: (session: WorkerSession) => void;
  /** What was asked of an address last, and for which of its questions. */
  private readonly challenges: Map<Address, Challenged> = new Map();
  /** The newest session of an address. */
  private readonly latest: Map<Address, WorkerSession> = new Map();
  /**
   * Nodes whose registration is on its way into the log, and who asked for it last: only one of a node
   * is proposed at a time, or workers that lose patience would fill the log that they wait for.
   */
  private readonly registering: Map<string, Registering> = new Map();
  /** The same of certificates, by the key that is to be certified. */
  private readonly certifying: Map<string, Certifying> = new Map();
  private count = 0;

  constructor(lead: Leadership, office: TrustOffice, begun: (session: WorkerSession) => void) {
    this.lead = lead;
    this.office = office;
    this.begun = begun;
  }

  // ---------------------------------------------------------------- certificates

  join(from: Address, { request, token: text, signing, description, meshKey }: Join): void {
    const { ciphers } = this.office;
    const token = parseToken(text);
    if (!this.office.isOpen) {
      this.certified(from, request, 'unavailable');
    } else if (token === null || signing.role !== token.role || !requestHolds(ciphers, signing)) {
      this.certified(from, request, 'refused', refuse('forbidden'));
    } else {
      const { subject, publicKey } = signing;
      const shown = shownToken(ciphers, token);
      const about = { token: shown, subject, publicKey, description, meshKey };
      this.certify(from, { request, signing }, { kind: 'join-node', ...about });
    }
  }

  renew({ node, address }: WorkerSession, renew: Renew): void {
    const { signing, request } = renew;
    const row = this.lead.state.nodes.get(node);
    const isOwn = row?.spec.name === signing.subject;
    const isLike = this.lead.state.members.get(node)?.role === signing.role;
    if (!isOwn || !isLike || !requestHolds(this.office.ciphers, signing)) {
      this.certified(address, request, 'refused', refuse('forbidden'));
      return;
    }
    const { publicKey } = signing;
    this.certify(address, renew, { kind: 'renew-certificate', node, publicKey });
  }

  private certify(
    to: Address,
    { request, signing }: Pick<Renew, 'request' | 'signing'>,
    command: Command,
  ): void {
    const { publicKey } = signing;
    const isUnderWay = this.certifying.has(publicKey);
    this.certifying.set(publicKey, { to, request });
    if (isUnderWay) return;
    this.lead.propose(command, (reply) => {
      const last = this.certifying.get(publicKey)!;
      this.certifying.delete(publicKey);
      if (reply?.kind !== 'certified') {
        this.certified(last.to, last.request, reply === null ? 'unknown' : 'refused', reply);
        return;
      }
      const certificate = this.office.certify(signing, reply.serial, reply.issuer);
      const outcome = certificate === null ? 'unavailable' : 'done';
      this.certified(last.to, last.request, outcome, reply, certificate);
    });
  }

  private certified(
    to: Address,
    request: number,
    outcome: CallOutcome,
    reply: Reply | null = null,
    certificate: Certificate | null = null,
  ): void {
    const { lead } = this;
    lead.send(to, {
      kind: 'certified',
      request,
      outcome,
      why: reply?.kind === 'refused' ? reply.why : null,
      leader: lead.host.leader,
      node: reply?.kind === 'certified' ? reply.node : '',
      certificate,
      roots: publicRoots(lead.state),
    });
  }

  // ---------------------------------------------------------------- registration

  /** Sessions that this same question has opened. */
  answeredBefore(from: Address, { request, challenge }: Register): readonly WorkerSession[] {
    const session = this.latest.get(from);
    return challenge !== '' && session?.request === request ? [session] : [];
  }

  register(from: Address, register: Register): void {
    const { request, certificate, challenge, signature } = register;
    if (!this.office.isOpen) {
      this.turnAway(from, request, 'unavailable');
      return;
    }
    if (challenge === '' || this.challenges.get(from)?.challenge !== challenge) {
      this.ask(from, request);
      return;
    }
    const node = this.lead.state.named('node', certificate.subject) ?? '';
    const fault = this.faultOf(node, certificate);
    const owns = answersChallenge(this.office.ciphers, certificate, challenge, signature);
    if (fault !== null || !owns) {
      this.challenges.delete(from);
      const what = `the certificate is ${fault ?? "another's"}`;
      this.turnAway(from, request, 'refused', 'forbidden', what);
      return;
    }
    const isUnderWay = this.registering.has(node);
    this.registering.set(node, { from, register });
    if (!isUnderWay) this.update(node, register);
  }

  /**
   * Valid by the time of the log, which dates certificates, or by this manager's clock: the former
   * never goes back, so a leader whose clock was ahead for a while would else lock all others out for
   * good whose certificates were made before.
   */
  private faultOf(node: string, certificate: Certificate): string | null {
    const { lead, office } = this;
    if (node === '') return 'of no node';
    const trust = {
      roots: publicRoots(lead.state),
      skewUs: lead.timings.skewUs,
      revoked: (serial: number) => isRevoked(lead.state, node, serial),
    };
    const byLog = certificateFault(office.ciphers, certificate, { ...trust, nowUs: lead.timeUs });
    if (byLog !== 'expired') return byLog;
    const nowUs = lead.env.clock.wallUs();
    return certificateFault(office.ciphers, certificate, { ...trust, nowUs });
  }

  /**
   * The same question gets the same challenge: with another for each copy of it none would ever be the
   * newest, and both sides would go on for ever.
   */
  private ask(to: Address, request: number): void {
    const before = this.challenges.get(to);
    if (before?.request === request) {
      this.lead.send(to, { kind: 'challenge', request, challenge: before.challenge });
      return;
    }
    if (this.challenges.size >= maxChallenges) {
      const [oldest] = this.challenges.keys();
      this.challenges.delete(oldest!);
    }
    const challenge = this.office.challenge();
    this.challenges.set(to, { request, challenge });
    this.lead.send(to, { kind: 'challenge', request, challenge });
  }

  /** First what the member shows of itself, then the registration. */
  private update(node: string, register: Register): void {
    const { lead } = this;
    const { certificate, meshKey, trusts } = register;
    const { serial } = certificate;
    const member = lead.state.members.get(node)!;
    const isKnown =
      equalBytes(member.meshKey, meshKey) &&
      trusts <= member.trusts &&
      (serial !== member.serial || member.oldSerial === 0);
    if (isKnown) {
      this.commit(node, register);
      return;
    }
    lead.propose({ kind: 'update-member', node, serial, meshKey, trusts }, (reply) => {
      if (reply?.kind === 'done') this.commit(node, register);
      else this.fail(node, reply);
    });
  }

  private commit(node: string, register: Register): void {
    const { lead } = this;
    const { spec } = lead.state.nodes.get(node) ?? {};
    if (spec === undefined) {
      this.fail(node, refuse('not-found'));
      return;
    }
    const { description } = register;
    lead.propose({ kind: 'register-node', node, spec, description }, (reply) => {
      if (reply?.kind !== 'registered') {
        this.fail(node, reply);
        return;
      }
      const last = this.registering.get(node)!;
      if (!showsTheSame(last.register, register)) {
        // It has another certificate or key by now: that is what counts.
        this.update(node, last.register);
        return;
      }
      this.registering.delete(node);
      this.challenges.delete(last.from);
      this.open(last.from, last.register, node, reply.registration, register.meshKey);
    });
  }

  private fail(node: string, reply: Reply | null): void {
    const { from, register } = this.registering.get(node)!;
    const { request } = register;
    this.registering.delete(node);
    if (reply?.kind !== 'refused') this.turnAway(from, request, 'unknown');
    else this.turnAway(from, request, 'refused', reply.why, reply.what);
  }

  private open(
    address: Address,
    { request, trusts }: Register,
    node: string,
    registration: number,
    meshKey: Uint8Array,
  ): void {
    const { lead, office } = this;
    // Somebody has registered the node meanwhile: theirs is the session.
    if (lead.state.nodes.get(node)?.registration !== registration) return;
    this.count += 1;
    const name = `${lead.term}-${this.count}`;
    const key = deliveryKey(office.ciphers, office.agreementSeed, meshKey, name);
    if (key === null) {
      this.turnAway(address, request, 'refused', 'invalid', 'meshKey: it is no key');
      return;
    }
    const sender = new DeliverySender(office.ciphers, key, name);
    const about = { name, node, address, registration, request, sender, trusts };
    const session = newWorkerSession(about);
    this.latest.set(address, session);
    this.tellSession(session);
    this.begun(session);
  }

  tellSession({ name, node, address, registration, request }: WorkerSession): void {
    const { lead } = this;
    const { beatUs, leaseUs } = lead.timings;
    lead.send(address, {
      kind: 'session',
      request,
      session: name,
      node,
      registration,
      term: lead.term,
      beatUs,
      leaseUs,
      managers: lead.managers,
      managerKey: this.office.agreementKey,
      roots: publicRoots(lead.state),
    });
  }

  private turnAway(
    to: Address,
    request: number,
    outcome: CallOutcome,
    why: Refusal | null = null,
    what: string = '',
  ): void {
    const { leader } = this.lead.host;
    this.lead.send(to, { kind: 'turned-away', request, outcome, why, what, leader });
  }
}

/** Whether two questions of one node show the same of it to the store. */
function showsTheSame(one: Register, other: Register): boolean {
  return (
    one.certificate.serial === other.certificate.serial &&
    one.trusts === other.trusts &&
    equalBytes(one.meshKey, other.meshKey) &&
    JSON.stringify(one.description) === JSON.stringify(other.description)
  );
}
