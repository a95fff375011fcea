import { CommandMachine, endOfTimeUs } from '../../common/command-machine.ts';
import {
  advanceWatermark,
  defineClass,
  registerServer,
  removeServer,
  setRegionMode,
  setServerState,
  writerIn,
} from './cluster.ts';
import type { Command, Envelope } from './command.ts';
import { decodeEnvelope } from './command-codec.ts';
import { convertAbort, convertBegin, convertCommit } from './conversion.ts';
import {
  append,
  setAttributes,
  setClass,
  setExtendedAttribute,
  setQuota,
  truncate,
} from './files.ts';
import { purgeDue, purgeTrash } from './inode-life.ts';
import { link, makeNode, rename, rmdir, unlink } from './namespace.ts';
import { dropMember, fragmentsErased, planDelete, planDone, planMove } from './plans.ts';
import { decodeReply, done, encodeReply, type Reply, refuse } from './reply.ts';
import type { SessionRole } from './rows.ts';
import {
  changeLock,
  close,
  endSession,
  expireSession,
  open,
  openSession,
  renewSession,
} from './sessions.ts';
import type { StorageSettings } from './settings.ts';
import { clone, removeSnapshot, restoreTrash } from './snapshots.ts';
import { MetadataState } from './state.ts';
import {
  commitVersion,
  expireLease,
  grantWrite,
  recoverChunk,
  reformMembers,
  releaseWrite,
  settleWrite,
} from './write-leases.ts';

/** What a session may ask for where it may not change anything: nothing in it changes files. */
const alwaysAllowed: ReadonlySet<Command['kind']> = new Set([
  'renew-session',
  'close-session',
  'close',
  'release-write',
  'unlock',
]);

/** What nobody but the leader proposes, without a session. */
const ofTheLeader: ReadonlySet<Command['kind']> = new Set([
  'open-session',
  'expire-session',
  'commit-version',
  'reform-members',
  'expire-lease',
  'recover-chunk',
  'drop-member',
  'convert-begin',
  'convert-commit',
  'convert-abort',
  'plan-move',
  'plan-delete',
  'plan-done',
  'fragments-erased',
  'define-class',
  'register-server',
  'set-server-state',
  'remove-server',
  'set-region-mode',
  'advance-watermark',
  'tick',
]);

/** The metadata as a replicated state machine. */
export class MetadataMachine extends CommandMachine<MetadataState, Envelope, Reply> {
  constructor(settings: StorageSettings) {
    super(new MetadataState(settings));
  }

  protected override decode(data: Uint8Array): Envelope {
    return decodeEnvelope(data);
  }

  protected override restored(bytes: Uint8Array): MetadataState {
    return MetadataState.restore(this.state.settings, bytes);
  }

  protected override carryOut(envelope: Envelope): Reply {
    const timeUs = Math.min(envelope.timeUs, endOfTimeUs);
    if (timeUs > this.state.timeUs) this.state.timeUs = timeUs;
    return envelope.session === 0 ? this.direct(envelope) : this.once(envelope);
  }

  private direct({ command }: Envelope): Reply {
    if (!ofTheLeader.has(command.kind)) return refuse('ENOTCONN');
    return execute(this.state, command, 0);
  }

  /** A request of a session: carried out at most once, however often and late it comes. */
  private once({ session, sequence, oldest, command }: Envelope): Reply {
    const { state } = this;
    const row = state.sessions.get(session);
    if (row === undefined) return refuse('ENOTCONN');
    if (oldest > row.oldest) this.forget(session, oldest);
    if (sequence < row.oldest) return refuse('ESTALE');
    if (sequence >= row.oldest + state.settings.requestWindow) return refuse('EINVAL');
    const before = state.replies.get(session, sequence);
    if (before !== undefined) {
      this.repeated = true;
      return decodeReply(before.reply);
    }
    const reply = this.permitted(session, row.role, command);
    // Closing takes the replies along.
    if (state.sessions.get(session) !== undefined) {
      state.replies.insert(session, sequence, { reply: encodeReply(reply) });
    }
    return reply;
  }

  private permitted(session: number, role: SessionRole, command: Command): Reply {
    if (ofTheLeader.has(command.kind)) return refuse('EPERM');
    const { regions, settings } = this.state;
    const mode = regions.get(settings.region)?.mode ?? 'active';
    if (writerIn(mode) !== role && !alwaysAllowed.has(command.kind)) return refuse('EROFS');
    return execute(this.state, command, session);
  }

  private forget(session: number, oldest: number): void {
    const { state } = this;
    for (const sequence of state.replies.keys(session)) {
      if (sequence < oldest) state.replies.delete(session, sequence);
    }
    state.sessions.edit(session).oldest = oldest;
  }
}

function execute(state: MetadataState, command: Command, session: number): Reply {
  return (
    onNames(state, command) ??
    onInodes(state, command, session) ??
    onSessions(state, command, session) ??
    onChunks(state, command) ??
    onCluster(state, command) ??
    refuse('EINVAL')
  );
}

function onNames(state: MetadataState, command: Command): Reply | null {
  switch (command.kind) {
    case 'create':
    case 'mkdir':
    case 'symlink':
      return makeNode(state, command);
    case 'link':
      return link(state, command);
    case 'unlink':
      return unlink(state, command);
    case 'rmdir':
      return rmdir(state, command);
    case 'rename':
      return rename(state, command);
    case 'clone':
      return clone(state, command);
    case 'remove-snapshot':
      return removeSnapshot(state, command);
    case 'restore-trash':
      return restoreTrash(state, command);
    case 'purge-trash':
      return purgeTrash(state, command.inode);
    default:
      return null;
  }
}

function onInodes(state: MetadataState, command: Command, session: number): Reply | null {
  switch (command.kind) {
    case 'setattr':
      return setAttributes(state, command);
    case 'truncate':
      return truncate(state, command);
    case 'setxattr':
      return setExtendedAttribute(state, command);
    case 'set-class':
      return setClass(state, command);
    case 'set-quota':
      return setQuota(state, command);
    case 'append':
      return append(state, command, session);
    case 'grant-write':
      return grantWrite(state, command, session, state.applied);
    case 'settle-write':
      return settleWrite(state, command, session);
    case 'release-write':
      return releaseWrite(state, command, session);
    default:
      return null;
  }
}

function onSessions(state: MetadataState, command: Command, session: number): Reply | null {
  switch (command.kind) {
    case 'open-session':
      return openSession(state, command, state.applied);
    case 'renew-session':
      return renewSession(state, session);
    case 'close-session':
      endSession(state, session);
      return done;
    case 'expire-session':
      return expireSession(state, command);
    case 'open':
      return open(state, command.inode, session);
    case 'close':
      return close(state, command, session);
    case 'lock':
    case 'unlock':
      return changeLock(state, command, session);
    default:
      return null;
  }
}

function onChunks(state: MetadataState, command: Command): Reply | null {
  switch (command.kind) {
    case 'commit-version':
      return commitVersion(state, command);
    case 'reform-members':
      return reformMembers(state, command, state.applied);
    case 'expire-lease':
      return expireLease(state, command);
    case 'recover-chunk':
      return recoverChunk(state, command, state.applied);
    case 'drop-member':
      return dropMember(state, command);
    case 'convert-begin':
      return convertBegin(state, command, state.applied);
    case 'convert-commit':
      return convertCommit(state, command);
    case 'convert-abort':
      return convertAbort(state, command);
    case 'plan-move':
      return planMove(state, command);
    case 'plan-delete':
      return planDelete(state, command);
    case 'plan-done':
      return planDone(state, command);
    case 'fragments-erased':
      return fragmentsErased(state, command);
    default:
      return null;
  }
}

function onCluster(state: MetadataState, command: Command): Reply | null {
  switch (command.kind) {
    case 'define-class':
      return defineClass(state, command);
    case 'register-server':
      return registerServer(state, command);
    case 'set-server-state':
      return setServerState(state, command);
    case 'remove-server':
      return removeServer(state, command);
    case 'set-region-mode':
      return setRegionMode(state, command, state.applied);
    case 'advance-watermark':
      return advanceWatermark(state, command);
    case 'tick':
      purgeDue(state);
      return done;
    default:
      return null;
  }
}
