import type { NodeId } from '../../../sim/message.ts';
import { type Alarm, callOff } from '../../common/alarms.ts';
import { hexOf } from '../crypto/bytes.ts';
import { type Certificate, certificateFault, challengeBytes } from '../identity/certificates.ts';
import { beginRenewal, completeRenewal, renewAtUs } from '../identity/node-identity.ts';
import { signingRoot } from '../identity/root-rotation.ts';
import { MeshEnd } from '../mesh/mesh.ts';
import type {
  Certified,
  Challenge,
  SessionBegins,
  TurnedAway,
} from '../messages/worker-messages.ts';
import type { Membership } from './journal-format.ts';
import { newestRoot } from './session.ts';
import type { WorkerCore } from './worker-core.ts';

const requestGrain = 0x1_0000;

/**
 * Becomes a member, and gets a session with whoever leads: asks one manager after the other, waits
 * longer each time nobody helps, and goes at once where it is sent to.
 */
export class Registration {
  private readonly core: WorkerCore;
  private readonly begun: (manager: NodeId, session: SessionBegins) => void;
  private request: number;
  private manager: NodeId = '';
  private hint: NodeId = '';
  private waitUs: number;
  private attempt = 0;
  /** Counts the managers that were asked, from any of them on; negative: none was. */
  private turn = -1;
  private alarm: Alarm | null = null;
  private active = false;
  /** Number of the renewal that is under way, 0: there is none. It keeps it until it is answered. */
  private renewal = 0;
  /** The challenge that was met last: a copy of it is not met again. */
  private met = '';
  /** Reading of the monotonic clock before which it is not asked for again. */
  private renewAgainUs = 0;
  /** What is to be on the disk while that is not what is there, and who waits for it. */
  private latest: Membership | null = null;
  private kept: (() => void)[] = [];
  private keeping = false;

  constructor(core: WorkerCore, begun: (manager: NodeId, session: SessionBegins) => void) {
    this.core = core;
    this.begun = begun;
    // Answers to a life before are none to this one.
    this.request = core.env.random.below(requestGrain, 'requests') * requestGrain;
    this.waitUs = core.options.timings.retryFirstUs;
  }

  /** Seeks a session, first where one is said to lead. */
  begin(hint: NodeId): void {
    this.active = true;
    this.hint = hint;
    this.waitUs = this.core.options.timings.retryFirstUs;
    this.wait();
  }

  /** Asks again after a time between half of what it waits now and all of it. */
  private wait(): void {
    const { core } = this;
    const { retryMostUs } = core.options.timings;
    const half = Math.floor(this.waitUs / 2);
    const delayUs = half + core.env.random.below(half + 1, 'reconnect', ++this.attempt);
    this.waitUs = Math.min(retryMostUs, this.waitUs * 2);
    callOff(this.alarm);
    this.alarm = core.alarms.after(delayUs, () => this.ask());
  }

  private ask(): void {
    const { core } = this;
    const { identity } = core.state.member;
    this.request++;
    this.manager = this.hint === '' ? this.anyManager() : this.hint;
    this.hint = '';
    callOff(this.alarm);
    this.alarm = core.alarms.after(core.options.timings.callTimeoutUs, () => this.wait());
    if (identity.current === null) this.join();
    else this.register('', '');
  }

  /** One after the other, from any on: none is left out for long, and not all ask the same. */
  private anyManager(): NodeId {
    const { core } = this;
    const all = [...new Set([...core.options.managers, ...core.state.member.managers])];
    this.turn = this.turn < 0 ? core.env.random.below(all.length, 'manager') : this.turn + 1;
    return all[this.turn % all.length]!;
  }

  /** A fresh key is on the disk before anybody hears of it. */
  private join(): void {
    const { core } = this;
    const { ciphers, description } = core.options;
    const { request, manager } = this;
    core.tokens.take(({ token, name }) => {
      if (!this.active || request !== this.request) return;
      const { member } = this;
      const about = { subject: name, role: 'worker' } as const;
      const seed = core.freshSeed('identity');
      const { identity, request: signing } = beginRenewal(ciphers, member.identity, seed, about);
      const meshSeed = member.meshSeed ?? core.freshSeed('mesh');
      this.keep({ identity, meshSeed }, () => {
        const meshKey = ciphers.agreementKey(meshSeed);
        core.send(manager, { kind: 'join', request, token, signing, description, meshKey });
      });
    });
  }

  private register(challenge: string, signature: string): void {
    const { core, request } = this;
    const { identity, meshSeed } = core.state.member;
    core.send(this.manager, {
      kind: 'register',
      ...{ request, challenge, signature },
      certificate: identity.current!.certificate,
      description: core.options.description,
      meshKey: core.options.ciphers.agreementKey(meshSeed!),
      trusts: newestRoot(core),
    });
  }

  challenged({ request, challenge }: Challenge): void {
    if (!this.active || request !== this.request || challenge === this.met) return;
    const { current } = this.core.state.member.identity;
    if (current === null) return;
    this.met = challenge;
    const bytes = challengeBytes(challenge, current.certificate.serial);
    const signature = this.core.options.ciphers.sign(current.seed, bytes);
    this.register(challenge, hexOf(signature));
  }

  certified(message: Certified): void {
    const { request, certificate, roots, node, outcome, leader, why } = message;
    const renews = request === this.renewal;
    if (!renews && (!this.active || request !== this.request)) return;
    if (certificate === null) {
      if (renews) return;
      if (outcome === 'refused') this.core.tokens.refused(why);
      this.turned(outcome, leader);
      return;
    }
    const { core, member } = this;
    if (!this.holds(certificate, member.roots.length === 0 ? roots : member.roots)) return;
    const identity = completeRenewal(core.options.ciphers, member.identity, certificate);
    if (identity === null) return;
    if (renews) this.renewal = 0;
    this.keep({ node, identity, roots }, () => {
      if (!renews) this.ask();
    });
  }

  /** Time is not looked at: this clock may be wrong, and it is for others to judge. */
  private holds(certificate: Certificate, roots: Membership['roots']): boolean {
    const { certificate: mine } = this.core.state.member.identity.current ?? {};
    if (mine !== undefined && mine.subject !== certificate.subject) return false;
    const trust = { roots, nowUs: certificate.notBeforeUs, skewUs: 0, revoked: () => false };
    return certificateFault(this.core.options.ciphers, certificate, trust) === null;
  }

  sessionBegins(from: NodeId, message: SessionBegins): void {
    if (!this.active || message.request !== this.request) return;
    const { core, member } = this;
    const { managers, roots, node } = message;
    const begin = (): void => {
      if (!this.active || message.request !== this.request) return;
      this.active = false;
      callOff(this.alarm);
      core.mesh ??= new MeshEnd(core.options.ciphers, node, core.state.member.meshSeed!);
      this.begun(from, message);
    };
    if (sameTexts(managers, member.managers) && sameRoots(roots, member.roots)) begin();
    else this.keep({ managers, roots }, begin);
  }

  turnedAway({ request, outcome, leader, what }: TurnedAway): void {
    if (!this.active || request !== this.request) return;
    if (outcome === 'refused') this.core.env.log('registration refused', { what });
    this.turned(outcome, leader);
  }

  private turned(outcome: string, leader: NodeId): void {
    if (outcome === 'not-leader' && leader !== '' && leader !== this.manager) this.hint = leader;
    this.request++;
    this.wait();
  }

  /**
   * Renews the certificate when two thirds of its life are over, or when another root signs by now: a
   * rotation of roots waits for that. Asked with each beat.
   */
  considerRenewal(manager: NodeId, session: string): void {
    const { core, member } = this;
    const { current } = member.identity;
    if (current === null) return;
    const signing = signingRoot(member.roots);
    const isOfOther = signing !== undefined && signing.id !== current.certificate.issuer;
    if (!isOfOther && core.env.clock.wallUs() < renewAtUs(current.certificate)) return;
    // An answer that is slow is waited for: asking anew with each beat would only make it slower.
    const nowUs = core.env.clock.monotonicUs();
    if (this.renewal !== 0 && nowUs < this.renewAgainUs) return;
    this.renewAgainUs = nowUs + core.options.timings.callTimeoutUs;
    const { ciphers } = core.options;
    const { subject, role } = current.certificate;
    const seed = core.freshSeed('identity');
    const about = { subject, role };
    const { identity, request: asked } = beginRenewal(ciphers, member.identity, seed, about);
    if (this.renewal === 0) this.renewal = ++this.request;
    const request = this.renewal;
    this.keep({ identity }, () => {
      core.send(manager, { kind: 'renew', session, request, signing: asked });
    });
  }

  /** Roots that a leader told of, in the session. */
  trust(roots: Membership['roots']): void {
    if (!sameRoots(roots, this.member.roots)) this.keep({ roots }, () => {});
  }

  /** What it is, with all that is on its way to the disk. */
  private get member(): Membership {
    return this.latest ?? this.core.state.member;
  }

  /** Puts a change on the disk, and goes on then. One record at a time: none overwrites a newer one. */
  private keep(change: Partial<Membership>, done: () => void): void {
    this.latest = { ...this.member, ...change };
    this.kept.push(done);
    if (!this.keeping) this.write(this.latest);
  }

  private write(member: Membership): void {
    const told = this.kept.splice(0);
    this.keeping = true;
    this.core.commit({ kind: 'member', member }, () => {
      this.keeping = false;
      if (this.kept.length > 0) this.write(this.member);
      else this.latest = null;
      for (const done of told) done();
    });
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}

function sameRoots(a: Membership['roots'], b: Membership['roots']): boolean {
  return (
    a.length === b.length &&
    a.every(({ id, state }, at) => id === b[at]!.id && state === b[at]!.state)
  );
}
