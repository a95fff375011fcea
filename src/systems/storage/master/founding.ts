import { writerIn } from '../metadata/cluster.ts';
import { encodeEnvelope } from '../metadata/command-codec.ts';
import { regionFacts } from '../metadata/queries.ts';
import type { Reply } from '../metadata/reply.ts';
import { rootInode } from '../metadata/state.ts';
import type { StorageClass } from '../placement/storage-class.ts';
import { type Leadership, proposeAgainUs, wallUs } from './leadership.ts';

/** No client has this number; the leader's own session has. */
const ownOwner = 0;

/**
 * What the first leader does: defines the classes that the cluster is set up with, and gives the root
 * the first of them, which everything below inherits. A leader that finds it done does nothing.
 */
export function found(lead: Leadership, classes: readonly StorageClass[]): void {
  const missing = classes.filter(({ id }) => lead.state.classes.get(id) === undefined);
  let left = missing.length;
  let isRefused = false;
  const again = () => lead.alarms.after(proposeAgainUs, () => found(lead, classes));
  if (left === 0) {
    if (classes.length > 0 && lead.state.inodes.get(rootInode)!.classId === 0) {
      setRootClass(lead, classes[0]!, again);
    }
    return;
  }
  // Those that chunks land in before those that refer to them.
  for (const storageClass of missing.toSorted((a, b) => a.landing - b.landing)) {
    lead.propose({ kind: 'define-class', storageClass }, (reply) => {
      left -= 1;
      isRefused ||= reply === null;
      if (left > 0) return;
      // What is not taken is refused at once: asking again at once would have no end.
      if (isRefused) again();
      else found(lead, classes);
    });
  }
}

function setRootClass(lead: Leadership, { id }: StorageClass, again: () => void): void {
  const { maxLeaseUs } = lead.state.settings;
  const leaseUs = Math.min(lead.timings.sessionLeaseUs, maxLeaseUs);
  const role = writerIn(regionFacts(lead.state, lead.state.settings.region).mode);
  // A lost region changes nothing, its own root included.
  if (role === null) return;
  lead.propose({ kind: 'open-session', owner: ownOwner, leaseUs, role }, (reply) => {
    if (reply?.kind !== 'session') {
      again();
      return;
    }
    const ask = (sequence: number, done: (reply: Reply | null) => void): void => {
      const command =
        sequence === 1
          ? { kind: 'set-class' as const, inode: rootInode, classId: id }
          : { kind: 'close-session' as const };
      const { session } = reply;
      const timeUs = wallUs(lead.env);
      const data = encodeEnvelope({ session, sequence, oldest: sequence, timeUs, command });
      lead.host.propose(data, (outcome) =>
        done(outcome.status === 'committed' ? outcome.result : null),
      );
    };
    ask(1, (set) => {
      // A session that stays open expires by itself.
      if (set?.kind !== 'done') again();
      else ask(2, () => {});
    });
  });
}
