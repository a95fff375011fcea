import { CommandMachine, endOfTimeUs } from '../../common/command-machine.ts';
import { restoreBackup } from '../backup/restore.ts';
import { stepDeployment } from '../deployments/step-command.ts';
import {
  markNodes,
  orphanTasks,
  registerNode,
  removeNode,
  updateNode,
} from '../nodes/node-commands.ts';
import { createQuota, removeQuota, updateQuota } from '../quotas/quota-commands.ts';
import { endSession, expireSession, forgetAnswers, openSession } from '../requests/sessions.ts';
import { assignTasks } from '../scheduler/assign.ts';
import { reconcileSlots } from '../services/carry-out.ts';
import {
  controlDeployment,
  createService,
  removeService,
  updateService,
} from '../services/service-commands.ts';
import { mergeReports } from '../tasks/reports.ts';
import { allocateTask } from '../tasks/task-life.ts';
import {
  createToken,
  joinNode,
  removeToken,
  renewCertificate,
  updateMember,
} from '../trust/member-changes.ts';
import { foundTrust, rotateRoot, stepRoot } from '../trust/roots.ts';
import {
  putKey,
  putSecret,
  removeSecret,
  resealSecret,
  retireKeys,
  rotateKeys,
} from '../trust/secret-changes.ts';
import type { LeaderTrustCommand } from '../trust/trust-commands.ts';
import { createVolume, removeVolume } from '../volumes/volume-commands.ts';
import { releaseVolume } from '../volumes/volumes.ts';
import type { ClientCommand, Command, Envelope, LeaderCommand } from './command.ts';
import { decodeEnvelope } from './command-codec.ts';
import { decodeReply, done, encodeReply, type Reply, refuse } from './reply.ts';
import type { OrchestratorSettings } from './settings.ts';
import { ClusterState } from './state.ts';
import { carryOutTogether } from './together.ts';

const ofClients: ReadonlySet<Command['kind']> = new Set<ClientCommand['kind']>([
  'create-service',
  'update-service',
  'remove-service',
  'control-deployment',
  'update-node',
  'remove-node',
  'create-volume',
  'remove-volume',
  'renew-session',
  'close-session',
  'put-secret',
  'remove-secret',
  'create-token',
  'remove-token',
  'rotate-root',
  'rotate-keys',
  'together',
  'create-quota',
  'update-quota',
  'remove-quota',
  'restore',
]);

/** A cluster's store as a replicated state machine. */
export class ClusterMachine extends CommandMachine<ClusterState, Envelope, Reply> {
  constructor(settings: OrchestratorSettings) {
    super(new ClusterState(settings));
  }

  protected override decode(data: Uint8Array): Envelope {
    return decodeEnvelope(data);
  }

  protected override restored(bytes: Uint8Array): ClusterState {
    return ClusterState.restore(this.state.settings, bytes);
  }

  protected override carryOut(envelope: Envelope): Reply {
    const { state } = this;
    // An earlier leader's opinion, decided upon what its successor may have changed.
    if (envelope.term < state.term) return refuse('stale', 'an earlier leader proposed it');
    state.term = envelope.term;
    state.timeUs = Math.max(state.timeUs, Math.min(envelope.timeUs, endOfTimeUs));
    const { session, command } = envelope;
    if (session !== 0) return this.once(envelope);
    return isOfClients(command) ? refuse('no-session') : asLeader(state, command);
  }

  /** A request of a session: carried out at most once, however often and late it comes. */
  private once({ session, sequence, oldest, command }: Envelope): Reply {
    const { state } = this;
    const row = state.sessions.get(0, session);
    if (row === undefined) return refuse('no-session');
    if (sequence < row.oldest) return refuse('stale', 'it has been answered');
    if (oldest > row.oldest) forgetAnswers(state, session, oldest);
    if (sequence < row.oldest) return refuse('invalid', 'it is below its own oldest');
    if (sequence >= row.oldest + state.settings.requestWindow) {
      return refuse('invalid', 'too far ahead');
    }
    state.sessions.edit(0, session).activeIndex = state.applied;
    const before = state.replies.get(session, sequence);
    if (before !== undefined) {
      this.repeated = true;
      return decodeReply(before.reply);
    }
    const reply = isOfClients(command) ? asClient(state, command, session) : refuse('forbidden');
    // Closing takes the replies along.
    if (state.sessions.get(0, session) !== undefined) {
      state.replies.insert(session, sequence, { reply: encodeReply(reply) });
    }
    return reply;
  }
}

/** Whether a command is one that clients ask for. */
export function isOfClients(command: Command): command is ClientCommand {
  return ofClients.has(command.kind);
}

function asClient(state: ClusterState, command: ClientCommand, session: number): Reply {
  switch (command.kind) {
    case 'create-service':
      return createService(state, command);
    case 'update-service':
      return updateService(state, command);
    case 'remove-service':
      return removeService(state, command);
    case 'control-deployment':
      return controlDeployment(state, command);
    case 'update-node':
      return updateNode(state, command);
    case 'remove-node':
      return removeNode(state, command);
    case 'create-volume':
      return createVolume(state, command);
    case 'remove-volume':
      return removeVolume(state, command);
    case 'create-quota':
      return createQuota(state, command);
    case 'update-quota':
      return updateQuota(state, command);
    case 'remove-quota':
      return removeQuota(state, command);
    case 'renew-session':
      return done;
    case 'close-session':
      return endSession(state, session);
    case 'put-secret':
      return putSecret(state, command);
    case 'remove-secret':
      return removeSecret(state, command);
    case 'create-token':
      return createToken(state, command);
    case 'remove-token':
      return removeToken(state, command);
    case 'rotate-root':
      return rotateRoot(state, command);
    case 'rotate-keys':
      return rotateKeys(state, command);
    case 'restore':
      return restoreBackup(state, command);
    case 'together':
      return carryOutTogether(state, command.parts, (on, part) => asClient(on, part, session));
  }
}

function asLeader(state: ClusterState, command: LeaderCommand): Reply {
  switch (command.kind) {
    case 'open-session':
      return openSession(state, command);
    case 'expire-session':
      return expireSession(state, command);
    case 'register-node':
      return registerNode(state, command);
    case 'node-edges':
      return markNodes(state, command);
    case 'report':
      return mergeReports(state, command);
    case 'unmounted': {
      const { node, volume, epoch } = command;
      return releaseVolume(state, node, volume, epoch);
    }
    case 'reconcile':
      return reconcileSlots(state, command);
    case 'allocate': {
      const given = command.tasks.filter((task) => allocateTask(state, task));
      return { kind: 'batch', effective: given.length };
    }
    case 'assign':
      return assignTasks(state, command);
    case 'step-deployment':
      return stepDeployment(state, command);
    case 'orphan':
      return orphanTasks(state, command);
    case 'barrier':
      return done;
    default:
      return asLeaderOfTrust(state, command);
  }
}

function asLeaderOfTrust(state: ClusterState, command: LeaderTrustCommand): Reply {
  switch (command.kind) {
    case 'found-trust':
      return foundTrust(state, command);
    case 'put-key':
      return putKey(state, command);
    case 'reseal-secret':
      return resealSecret(state, command);
    case 'retire-keys':
      return retireKeys(state);
    case 'join-node':
      return joinNode(state, command);
    case 'renew-certificate':
      return renewCertificate(state, command);
    case 'update-member':
      return updateMember(state, command);
    case 'root-step':
      return stepRoot(state, command);
  }
}
