import type { Env } from '../../../sim/env.ts';
import type { Address } from '../../../sim/message.ts';
import type { Entry, RaftHost } from '../../raft/index.ts';
import { type MasterOptions, MasterService } from '../master/master-service.ts';
import type { StorageMessage } from '../messages/storage-codec.ts';
import type { Reply } from '../metadata/reply.ts';
import { type ChangelogSettings, ChangelogWriter } from './changelog.ts';

/**
 * A metalogger: a learner that has the tables as every master has, keeps each entry in a changelog on
 * its own disk, and compares the hash of its tables with the leader's.
 *
 * It is a whole master otherwise, so promotion is Raft's change of members and nothing more: an
 * operator orders `add-voter` for it (`raftOperator`, a `change` with one wish), when `mayVote` says
 * that it is fit. From then on it may be elected, and leads as any other.
 */
export class MetaloggerService extends MasterService {
  readonly changelog: ChangelogWriter;
  /** Its tables were other than the leader's at this index; 0: never found so. */
  divergedAt: number = 0;
  /** The highest index at which the leader had the same hash. */
  agreedAt: number = 0;

  constructor(
    host: RaftHost<StorageMessage, Reply>,
    options: MasterOptions,
    settings: ChangelogSettings,
  ) {
    super(host, options);
    const save = () => ({ index: this.machine.applied, saved: this.machine.save() });
    this.changelog = new ChangelogWriter(host.env as Env, settings, save);
  }

  /** Nothing is known against making it a voter. */
  get mayVote(): boolean {
    return this.divergedAt === 0 && this.agreedAt > 0;
  }

  override applied(entry: Entry, result: Reply | undefined): void {
    super.applied(entry, result);
    this.changelog.add(entry);
  }

  protected override hashKept(index: number, hash: string): void {
    const { host } = this;
    const { leader } = host;
    if (leader === '' || leader === host.env.id) return;
    host.env.network.send(leader, { kind: 'hash-probe', index, hash });
  }

  override message(from: Address, message: StorageMessage): void {
    if (message.kind !== 'hash-told') {
      super.message(from, message);
      return;
    }
    const own = this.hashes.get(message.index);
    if (own === undefined || message.hash === '') return;
    if (own === message.hash) {
      this.agreedAt = Math.max(this.agreedAt, message.index);
      return;
    }
    this.divergedAt = message.index;
    this.host.env.probe('a metalogger has other tables');
    this.host.env.log('other tables than the leader', { index: message.index });
  }
}
