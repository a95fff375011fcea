import type { Command, CommandOf } from '../../src/systems/orchestrator/state/command.ts';
import type { Node, Quota, Service, Volume } from '../../src/systems/orchestrator/state/rows.ts';
import { type EntryRung, entryRung, type Finding } from './entry-rung.ts';
import type { EntryLook } from './oracle.ts';
import type { StorePast } from './store-past.ts';

/** Tables whose rows have ids of their own. */
const withIds: ReadonlySet<string> = new Set([
  'services',
  'tasks',
  'deployments',
  'nodes',
  'volumes',
  'quotas',
]);

export const idsAreNew: EntryRung = entryRung({
  id: 'S2',
  title: 'ids are new',
  statement: 'Every object gets an id that no object ever had, made of the entry that makes it.',
  source: 'Warren, random ids (W16); kubernetes#59848',
  owedUnder: 'any damage',
  ghost: () => new Set<string>(),
  judge({ past, index }, given) {
    let finding: Finding = null;
    for (const { table, key, before, after } of past.all()) {
      if (!withIds.has(table) || before !== undefined || after === undefined) continue;
      const id = `${table}/${key}`;
      if (given.has(id)) return { id, again: true };
      given.add(id);
      if (String(key).split('-')[1] !== String(index)) return { id, madeBy: index };
      finding = true;
    }
    return finding;
  },
});

export const goneIsGone: EntryRung = entryRung({
  id: 'S31',
  title: 'no resurrection',
  statement:
    'What was deleted never comes back: no object of its id, and nothing that belongs to it.',
  source: 'cassandra-operator#404 (O2); kubernetes#88097 (B12); Warren, restore (W15)',
  owedUnder: 'any damage',
  ghost: () => new Set<string>(),
  judge({ past }, buried) {
    let finding: Finding = null;
    for (const { table, group, key, before, after } of past.all()) {
      if (withIds.has(table)) {
        const id = `${table}/${key}`;
        if (after !== undefined && buried.has(id)) return { id };
        if (before !== undefined && after === undefined) {
          buried.add(id);
          finding = true;
        }
      } else if (after !== undefined && (table === 'revisions' || table === 'restarts')) {
        if (buried.has(`services/${group}`)) return { table, of: String(group) };
      }
    }
    return finding;
  },
});

export const changesAreCompared: EntryRung = entryRung({
  id: 'S6',
  title: 'compare and set',
  statement:
    'A version grows by one with each change that somebody asked for, and a change that was based on another version is refused. What is applied as one is done as a whole, or not at all.',
  source: 'etcd, modRevision; Nomad, EnforceIndex; Warren has none',
  owedUnder: 'any damage',
  ghost: () => null,
  judge(look) {
    const { past, envelope, reply, repeated } = look;
    const { command } = envelope;
    for (const table of ['services', 'nodes', 'quotas'] as const) {
      for (const { key, before, after } of past.of<Service | Node | Quota>(table)) {
        if (before === undefined || after === undefined) continue;
        const changed = before.spec !== after.spec;
        const grown = after.version - before.version;
        if (grown < 0 || grown > 1 || (changed && grown !== 1)) {
          return { id: String(key), before: before.version, after: after.version };
        }
      }
    }
    if (repeated) return null;
    const isWhole = command.kind === 'together' || command.kind === 'restore';
    if (isWhole && reply.kind === 'refused') return nothingOf(past);
    if (command.kind !== 'together') return versionOf(look, command);
    let finding: Finding = null;
    for (const part of command.parts) {
      const found = versionOf(look, part);
      if (found !== null && found !== true) return found;
      finding = found ?? finding;
    }
    return finding;
  },
});

/** A command that names a version is carried out on that one, or not at all. */
function versionOf({ past, reply }: EntryLook, command: Command): Finding {
  switch (command.kind) {
    case 'update-service':
    case 'remove-service':
    case 'update-node':
    case 'update-quota':
    case 'remove-quota': {
      const [table, id] = namedBy(command);
      const change = past.of<Service | Node | Quota>(table).find(({ key }) => key === id);
      if (reply.kind === 'refused') return change === undefined ? true : { id, refused: true };
      const { version } = command;
      if (version === 0 || change?.before?.version === version) return true;
      return { id, asked: version, was: change?.before?.version ?? 0 };
    }
    default:
      return null;
  }
}

/** The row that a command is about: its table and id. */
function namedBy(
  command: CommandOf<
    'update-service' | 'remove-service' | 'update-node' | 'update-quota' | 'remove-quota'
  >,
): readonly [table: 'services' | 'nodes' | 'quotas', id: string] {
  if ('quota' in command) return ['quotas', command.quota];
  return 'node' in command ? ['nodes', command.node] : ['services', command.service];
}

/** What is applied as one is done as a whole, or not at all. */
function nothingOf(past: StorePast): Finding {
  for (const table of ['services', 'nodes', 'volumes', 'secrets', 'quotas', 'tasks']) {
    const [change] = past.of(table);
    if (change !== undefined) return { id: String(change.key), refused: true };
  }
  return true;
}

interface Named {
  readonly spec: { readonly name: string };
  readonly removing?: boolean;
}

export const namesAreUnique: EntryRung = entryRung({
  id: 'S7',
  title: 'names',
  statement: 'At most one live service, node, volume or quota has a name.',
  source: 'Warren, a create that came twice made two (W16)',
  owedUnder: 'any damage',
  ghost: () => new Map<string, string>(),
  judge({ past, envelope, reply, repeated }, owners) {
    let finding: Finding = null;
    const tables = ['services', 'nodes', 'volumes', 'quotas'] as const;
    for (const table of tables) {
      for (const { key, before, after } of past.of<Named>(table)) {
        const name = `${table}/${(after ?? before)!.spec.name}`;
        const isOver = after === undefined || after.removing === true;
        if (isOver && owners.get(name) === String(key)) owners.delete(name);
      }
    }
    for (const table of tables) {
      for (const { key, after } of past.of<Named>(table)) {
        if (after === undefined || after.removing === true) continue;
        const name = `${table}/${after.spec.name}`;
        const owner = owners.get(name) ?? String(key);
        if (owner !== String(key)) return { name, ids: [owner, String(key)] };
        owners.set(name, owner);
        finding = true;
      }
    }
    if (finding !== null || repeated) return finding;
    return refusedByName(envelope.command, reply, owners);
  },
});

/** A name that nobody has is not taken. */
function refusedByName(
  command: EntryLook['envelope']['command'],
  reply: EntryLook['reply'],
  owners: ReadonlyMap<string, string>,
): Finding {
  if (reply.kind !== 'refused' || reply.why !== 'exists') return null;
  if (command.kind === 'create-service') {
    return owners.has(`services/${command.spec.name}`) ? true : { free: command.spec.name };
  }
  if (command.kind !== 'create-volume' && command.kind !== 'create-quota') return null;
  const table = command.kind === 'create-volume' ? 'volumes' : 'quotas';
  return owners.has(`${table}/${command.spec.name}`) ? true : { free: command.spec.name };
}

/** Claims by volume: the greatest epoch that was given. */
type Epochs = Map<string, number>;

export const epochsGrow: EntryRung = entryRung({
  id: 'S17E',
  title: 'claims have epochs',
  statement:
    'The claim of an exclusive volume passes on only when it was given back or its holder is fenced, each time with a greater epoch.',
  source: 'kubernetes#62061, #65392 (B8); Nomad #11776 (N15)',
  owedUnder: 'any damage',
  ghost: (): Epochs => new Map(),
  judge({ past, state, index }, epochs) {
    let finding: Finding = null;
    for (const { key, before, after } of past.of<Volume>('volumes')) {
      const id = String(key);
      const claim = after?.claim ?? null;
      const held = before?.claim ?? null;
      if (claim === null || claim.epoch === held?.epoch) continue;
      if (claim.epoch <= (epochs.get(id) ?? 0) || claim.epoch !== index) {
        return { volume: id, epoch: claim.epoch, before: epochs.get(id) ?? 0 };
      }
      epochs.set(id, claim.epoch);
      const status = held === null ? 'fenced' : (state.nodes.get(held.node)?.status ?? 'fenced');
      if (status !== 'fenced') return { volume: id, holder: held?.task, status };
      const task = state.tasks.get(claim.task);
      if (task?.node !== claim.node) return { volume: id, task: claim.task, node: claim.node };
      finding = true;
    }
    return finding;
  },
});
