import type { Cell } from '../../common/table.ts';
import type { SecretId } from '../secrets/sealed-secret.ts';
import type { Command } from '../state/command.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';
import type { TrustOffice } from './trust-office.ts';

/**
 * Leads a rotation of the data key for secrets to its end: seals every value anew that an older key
 * has sealed, one entry each, then drops the keys that nothing needs. What is still to be done is read
 * off the store, so that a new leader goes on where the last one stopped.
 */
export class KeyRotation {
  private readonly lead: Leadership;
  private readonly office: TrustOffice;
  /** Values that are to be sealed anew, the next one last; null: nobody has looked yet. */
  private left: SecretId[] | null = null;
  private busy = false;

  constructor(lead: Leadership, office: TrustOffice) {
    this.lead = lead;
    this.office = office;
  }

  begin(): void {
    this.step();
  }

  observe(changed: readonly Cell[]): void {
    if (!changed.some(({ table, gone }) => table === 'keys' && !gone)) return;
    // There may be a newer key.
    this.left = null;
    this.step();
  }

  private step(): void {
    if (this.busy || !this.office.isOpen) return;
    this.left ??= this.outdated();
    const next = this.left.at(-1);
    if (next !== undefined) this.reseal(next);
    else if (this.hasOldKeys()) this.propose({ kind: 'retire-keys' });
  }

  /** Costs all secrets, once for each key and each leader. */
  private outdated(): SecretId[] {
    const { secrets } = this.lead.state;
    const newest = this.office.newestSecretsKey;
    const all = secrets
      .groupKeys()
      .flatMap((name) => secrets.keys(name).map((version) => ({ name, version })));
    return all.filter(({ name, version }) => secrets.get(name, version)!.value.keyId !== newest);
  }

  private hasOldKeys(): boolean {
    const { keys } = this.lead.state;
    return keys.keys().filter((id) => keys.get(id)!.purpose === 'secrets').length > 1;
  }

  private reseal({ name, version }: SecretId): void {
    const row = this.lead.state.secrets.get(name, version);
    const isOutdated = row !== undefined && row.value.keyId !== this.office.newestSecretsKey;
    const value = isOutdated ? this.office.open(name, version) : null;
    if (row === undefined || !isOutdated) {
      this.left!.pop();
      this.step();
      return;
    }
    const sealed = value === null ? null : this.office.seal(name, version, value);
    if (sealed === null) {
      this.later();
      return;
    }
    const before = row.value.keyId;
    this.propose({ kind: 'reseal-secret', name, version, before, value: sealed });
  }

  private propose(command: Command): void {
    this.busy = true;
    this.lead.propose(command, (reply) => {
      this.busy = false;
      if (reply === null) this.later();
      // A key that something needs after all goes with the next rotation.
      else if (command.kind !== 'retire-keys') this.step();
    });
  }

  private later(): void {
    this.busy = true;
    this.lead.alarms.after(proposeAgainUs, () => {
      this.busy = false;
      this.step();
    });
  }
}
