import type { ApplyPart } from './command.ts';
import { type Reply, type ReplyObject, refuse } from './reply.ts';
import type { ClusterState } from './state.ts';

/**
 * Carries parts out in their order, or none of them. A later part may be right only because of an earlier
 * one, so all are tried on a copy first: people apply manifests now and then, and may wait for that.
 */
export function carryOutTogether(
  state: ClusterState,
  parts: readonly ApplyPart[],
  carryOut: (on: ClusterState, part: ApplyPart) => Reply,
): Reply {
  const trial = state.copy();
  for (const part of parts) {
    const reply = carryOut(trial, part);
    if (reply.kind === 'refused') return refuse(reply.why, `${nameOf(part)}: ${reply.what}`);
  }
  const objects: ReplyObject[] = [];
  for (const part of parts) {
    const reply = carryOut(state, part);
    if (reply.kind === 'refused') throw new Error(`${nameOf(part)} was fine a moment ago`);
    objects.push(reply.kind === 'object' ? { id: reply.id, version: reply.version } : nameless);
  }
  return { kind: 'together', objects };
}

const nameless: ReplyObject = { id: '', version: 0 };

function nameOf({ kind, spec }: ApplyPart): string {
  return `${kind.slice(kind.indexOf('-') + 1)} ${spec.name}`;
}
