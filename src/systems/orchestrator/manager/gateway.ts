import type { Address } from '../../../sim/message.ts';
import type { ProposalOutcome } from '../../raft/index.ts';
import { makeToken, tokenText } from '../identity/join-tokens.ts';
import {
  type Apply,
  type Call,
  type PutSecret,
  putSessionName,
  type SealedSecret,
} from '../messages/client-messages.ts';
import type { CallOutcome } from '../messages/worker-messages.ts';
import { deliveryKey, openDelivered } from '../secrets/delivery.ts';
import { maxSecretBytes } from '../specs/secret-spec.ts';
import type { Command, CommandOf } from '../state/command.ts';
import { isOfClients } from '../state/machine.ts';
import { type Reply, refuse } from '../state/reply.ts';
import type { Leadership } from './leadership.ts';
import type { TrustOffice } from './trust-office.ts';

/** Where the answer goes: whoever asked last. */
interface Asker {
  from: Address;
  request: number;
}

/** What a request of a session is named by. */
type Request = Pick<Call, 'session' | 'sequence' | 'oldest'>;

type Ended = (outcome: ProposalOutcome<Reply>, token?: string) => void;

const unavailable = { status: 'unavailable' } as const;

type PutSecretCommand = CommandOf<'put-secret'>;

/** Values come sealed for the leader, by messages of their own. */
function hasValue(command: Command): boolean {
  if (command.kind === 'together') return command.parts.some(hasValue);
  return command.kind === 'put-secret';
}

/** Takes what clients ask for to the log, and the answers back. */
export class Gateway {
  private readonly lead: Leadership;
  private readonly office: TrustOffice;
  /** Requests under way, by session and sequence, or who wants a session: one that is asked again is not proposed again. */
  private readonly open: Map<string, Asker> = new Map();

  constructor(lead: Leadership, office: TrustOffice) {
    this.lead = lead;
    this.office = office;
  }

  call(from: Address, call: Call): void {
    const { request, session, command } = call;
    if (session === 0 && command.kind === 'open-session') {
      this.takeOnce(`open ${from}`, from, request, (ended) => {
        this.lead.proposeFor(call, command, (outcome) => ended(outcome));
      });
    } else if (session === 0) {
      this.refuse(from, request, refuse('no-session'));
    } else if (!isOfClients(command) || hasValue(command)) {
      this.refuse(from, request, refuse('forbidden'));
    } else this.take(from, call, request, (ended) => this.prepare(call, command, ended));
  }

  putSecret(from: Address, put: PutSecret): void {
    if (put.session === 0) this.refuse(from, put.request, refuse('no-session'));
    else this.take(from, put, put.request, (ended) => this.seal(put, ended));
  }

  apply(from: Address, apply: Apply): void {
    if (apply.session === 0) this.refuse(from, apply.request, refuse('no-session'));
    else if (apply.parts.some(hasValue)) this.refuse(from, apply.request, refuse('forbidden'));
    else this.take(from, apply, apply.request, (ended) => this.sealAll(apply, ended));
  }

  private take(
    from: Address,
    { session, sequence }: Request,
    request: number,
    work: (ended: Ended) => void,
  ): void {
    this.takeOnce(`${session}/${sequence}`, from, request, work);
  }

  private takeOnce(
    key: string,
    from: Address,
    request: number,
    work: (ended: Ended) => void,
  ): void {
    const underWay = this.open.get(key);
    if (underWay !== undefined) {
      underWay.from = from;
      underWay.request = request;
      return;
    }
    const asker: Asker = { from, request };
    this.open.set(key, asker);
    work((outcome, token) => {
      this.open.delete(key);
      this.end(asker, outcome, token);
    });
  }

  /** Some commands need what only a leader has, before they can be proposed. */
  private prepare(request: Request, command: Command, ended: Ended): void {
    if (command.kind === 'create-token') this.makeToken(request, command, ended);
    else if (command.kind === 'rotate-root') this.makeRoot(request, ended);
    else if (command.kind === 'rotate-keys') this.makeKey(request, ended);
    else this.lead.proposeFor(request, command, (outcome) => ended(outcome));
  }

  /** Commits an entry whose index is the id of something to come. */
  private withId(ended: Ended, work: (id: number) => void): void {
    if (!this.office.isOpen) {
      ended(unavailable);
      return;
    }
    this.lead.proposeFor({ session: 0, sequence: 0, oldest: 0 }, { kind: 'barrier' }, (outcome) => {
      // Nothing of the request is in the log yet.
      if (outcome.status === 'committed') work(outcome.index);
      else ended(outcome.status === 'unknown' ? unavailable : outcome);
    });
  }

  private makeToken(request: Request, command: CommandOf<'create-token'>, ended: Ended): void {
    this.withId(ended, (id) => {
      const { ciphers } = this.office;
      const entropy = this.office.tokenEntropy(request.session, request.sequence);
      if (entropy === null) {
        ended(unavailable);
        return;
      }
      const terms = { ...command.row, id };
      const { row } = makeToken(ciphers, entropy, terms);
      this.lead.proposeFor(request, { ...command, row }, (outcome) => {
        const reply = outcome.status === 'committed' ? outcome.result : null;
        if (reply?.kind !== 'object') {
          ended(outcome);
          return;
        }
        // It may have been made when it was asked for first, with another id.
        const made = makeToken(ciphers, entropy, { ...terms, id: Number(reply.id) });
        ended(outcome, tokenText(made.token));
      });
    });
  }

  private makeRoot(request: Request, ended: Ended): void {
    this.withId(ended, (id) => {
      const root = this.office.newRoot(id);
      if (root === null) ended(unavailable);
      else {
        const command: Command = { kind: 'rotate-root', roots: [root] };
        this.lead.proposeFor(request, command, (outcome) => ended(outcome));
      }
    });
  }

  private makeKey(request: Request, ended: Ended): void {
    this.withId(ended, (id) => {
      const key = this.office.newSecretsKey(id);
      if (key === null) ended(unavailable);
      else {
        const command: Command = { kind: 'rotate-keys', keys: [key] };
        this.lead.proposeFor(request, command, (outcome) => ended(outcome));
      }
    });
  }

  private seal(put: PutSecret, ended: Ended): void {
    const { name, version, labels, sealed } = put;
    const command = this.resealed(put, { name, version, labels, sequence: 0, sealed });
    if (command === null) ended(unavailable);
    else this.lead.proposeFor(put, command, (outcome) => ended(outcome));
  }

  private sealAll(apply: Apply, ended: Ended): void {
    const values: PutSecretCommand[] = [];
    for (const secret of apply.secrets) {
      const command = this.resealed(apply, secret);
      if (command === null) {
        ended(unavailable);
        return;
      }
      values.push(command);
    }
    // Services may name what is put.
    const command: Command = { kind: 'together', parts: [...values, ...apply.parts] };
    this.lead.proposeFor(apply, command, (outcome) => ended(outcome));
  }

  /**
   * Opens what the client has sealed for this leader, and seals it for the store; null: it was not for
   * this leader, or it has no key yet.
   */
  private resealed(
    about: Pick<PutSecret, 'session' | 'sequence' | 'term' | 'clientKey'>,
    { name, version, labels, sequence, sealed }: SealedSecret,
  ): PutSecretCommand | null {
    const { lead, office } = this;
    // Before its office is open a leader has no key to agree with.
    if (!office.isOpen || about.term !== lead.term) return null;
    const session = putSessionName(about);
    const key = deliveryKey(office.ciphers, office.agreementSeed, about.clientKey, session);
    if (key === null) return null;
    const delivered = { name, version, sequence, sealed };
    const value = openDelivered(office.ciphers, key, session, delivered);
    if (value === null) return null;
    const fingerprint = office.fingerprint(name, value);
    const kept = value.length > maxSecretBytes ? null : office.seal(name, version + 1, value);
    if (fingerprint === null || kept === null) return null;
    return { kind: 'put-secret', version, spec: { name, labels, fingerprint }, value: kept };
  }

  // ---------------------------------------------------------------- answers

  private end({ from, request }: Asker, outcome: ProposalOutcome<Reply>, token = ''): void {
    const isDone = outcome.status === 'committed';
    const index = isDone ? outcome.index : 0;
    const reply = isDone ? outcome.result : null;
    this.answer(from, request, outcomeOf(outcome.status), index, reply, token);
  }

  private refuse(from: Address, request: number, reply: Reply): void {
    this.answer(from, request, 'done', 0, reply, '');
  }

  private answer(
    to: Address,
    request: number,
    outcome: CallOutcome,
    index: number,
    reply: Reply | null,
    token: string,
  ): void {
    const { leader } = this.lead.host;
    this.lead.send(to, { kind: 'call-done', request, outcome, leader, index, reply, token });
  }
}

function outcomeOf(status: ProposalOutcome<Reply>['status']): CallOutcome {
  if (status === 'committed') return 'done';
  return status === 'disk-full' ? 'unavailable' : status;
}
