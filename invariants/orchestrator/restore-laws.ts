import type {
  Node,
  Quota,
  Service,
  Task,
  Volume,
} from '../../src/systems/orchestrator/state/rows.ts';
import { type EntryRung, entryRung, type Finding } from './entry-rung.ts';
import type { EntryLook } from './oracle.ts';
import type { StorePast } from './store-past.ts';

export const backupsComeBack: EntryRung = entryRung({
  id: 'S31R',
  title: 'restores',
  statement:
    'A restore brings back what was asked for as of its backup, all of it and nothing else, and takes nothing back that came since: no task, claim, version or registration.',
  source: 'Warren, restore (W15); kubernetes#131115 (B16); etcd, restores that bump revisions',
  owedUnder: 'any damage',
  ghost: () => null,
  judge(look) {
    const { envelope, reply, repeated, past } = look;
    const { command } = envelope;
    if (command.kind !== 'restore' || repeated || reply.kind === 'refused') return null;
    return unlike(look, command.backup) ?? wentBack(past) ?? true;
  },
});

/** What stands is not what the backup says; null: it is. */
function unlike(
  { state }: EntryLook,
  backup: Extract<EntryLook['envelope']['command'], { kind: 'restore' }>['backup'],
): Finding {
  const services = state.services.keys().map((id) => state.services.get(id)!);
  const standing = services.filter(({ removing }) => !removing).map(({ spec }) => spec);
  const quotas = state.quotas.keys().map((id) => state.quotas.get(id)!.spec);
  const pairs = [
    ['service', backup.services, standing],
    ['quota', backup.quotas, quotas],
  ] as const;
  for (const [kind, asked, there] of pairs) {
    const words = new Map(asked.map((spec) => [spec.name, JSON.stringify(spec)]));
    for (const spec of there) {
      if (words.get(spec.name) !== JSON.stringify(spec)) return { [kind]: spec.name, is: 'other' };
      words.delete(spec.name);
    }
    for (const name of words.keys()) return { [kind]: name, is: 'missing' };
  }
  const volumes = new Set(state.volumes.keys().map((id) => state.volumes.get(id)!.spec.name));
  const missing = backup.volumes.find(({ name }) => !volumes.has(name));
  if (missing !== undefined) return { volume: missing.name, is: 'missing' };
  const nodes = new Map(state.nodes.keys().map((id) => [state.nodes.get(id)!.spec.name, id]));
  for (const { name, availability } of backup.nodes) {
    const node = state.nodes.get(nodes.get(name) ?? '');
    if (node !== undefined && node.spec.availability !== availability) {
      return { node: name, is: node.spec.availability };
    }
  }
  return null;
}

/** Something of what machines say, or a version, is not as it was or later; null: nothing. */
function wentBack(past: StorePast): Finding {
  for (const { key } of past.of<Task>('tasks')) return { task: String(key), is: 'touched' };
  for (const { key, before, after } of past.of<Volume>('volumes')) {
    if (before === undefined) continue;
    const isSame = after?.node === before.node && after.claim?.epoch === before.claim?.epoch;
    if (!isSame) return { volume: String(key), is: 'touched' };
  }
  for (const { key, before, after } of past.of<Node>('nodes')) {
    const isSame = after?.registration === before?.registration && after?.status === before?.status;
    if (!isSame) return { node: String(key), is: 'touched' };
  }
  for (const table of ['services', 'quotas', 'nodes'] as const) {
    for (const { key, before, after } of past.of<Service | Quota | Node>(table)) {
      if (before === undefined || after === undefined) continue;
      if (after.version <= before.version) return { [table]: String(key), is: 'older' };
    }
  }
  return null;
}
