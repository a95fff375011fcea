import type { Address } from '../../../sim/message.ts';
import type { Cell } from '../../common/table.ts';
import type { OrchestratorMessage } from '../messages/orchestrator-codec.ts';
import { ClientSessions } from './client-sessions.ts';
import { ControllerLoop } from './controller-loop.ts';
import { Dispatcher } from './dispatcher.ts';
import { Gateway } from './gateway.ts';
import { KeyRotation } from './key-rotation.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';
import { TrustOffice, type TrustOptions } from './trust-office.ts';

/**
 * The leader's shell: what it believes and does beyond the store, in one term. All of it is lost with
 * the leadership, and found again by the next leader.
 */
export class Leader {
  readonly lead: Leadership;
  readonly office: TrustOffice;
  readonly dispatcher: Dispatcher;
  private readonly gateway: Gateway;
  private readonly clients: ClientSessions;
  private readonly keys: KeyRotation;
  /** From its barrier on. */
  private controllers: ControllerLoop | null = null;

  constructor(lead: Leadership, trust: TrustOptions) {
    this.lead = lead;
    this.office = new TrustOffice(lead, trust);
    this.dispatcher = new Dispatcher(lead, this.office);
    this.gateway = new Gateway(lead, this.office);
    this.clients = new ClientSessions(lead);
    this.keys = new KeyRotation(lead, this.office);
  }

  begin(): void {
    this.lead.counts.count('leaderships');
    this.dispatcher.begin();
    this.clients.begin();
    this.proposeBarrier();
  }

  /** Nothing is decided before an entry of this term has put an end to those of earlier ones. */
  private proposeBarrier(): void {
    const { lead } = this;
    lead.propose({ kind: 'barrier' }, (reply, index) => {
      if (reply === null) {
        lead.alarms.after(proposeAgainUs, () => this.proposeBarrier());
        return;
      }
      this.office.begin(index);
      this.keys.begin();
      this.controllers = new ControllerLoop(lead);
      this.controllers.begin();
    });
  }

  end(): void {
    this.lead.end();
  }

  /** An entry has changed these rows. */
  observe(changed: readonly Cell[]): void {
    this.office.observe(changed);
    this.keys.observe(changed);
    this.dispatcher.observe(changed);
    for (const { table, key } of changed) {
      if (table === 'sessions') this.clients.renewed(key as number);
    }
    this.controllers?.observe(changed);
  }

  message(from: Address, message: OrchestratorMessage): void {
    if (message.kind === 'call') this.gateway.call(from, message);
    else if (message.kind === 'put-secret') this.gateway.putSecret(from, message);
    else if (message.kind === 'apply') this.gateway.apply(from, message);
    else if (isOfWorker(message)) this.dispatcher.message(from, message);
  }
}

type FromWorker = Extract<
  OrchestratorMessage,
  { readonly kind: 'join' | 'renew' | 'register' | 'beat' | 'report' | 'unmounted' }
>;

/** Whether a worker says this to a manager. */
export function isOfWorker(message: OrchestratorMessage): message is FromWorker {
  switch (message.kind) {
    case 'join':
    case 'renew':
    case 'register':
    case 'beat':
    case 'report':
    case 'unmounted':
      return true;
    default:
      return false;
  }
}
