import type { CardCell, CardRow, CardTone, CellState, NodeCard } from '../../sim/component.ts';
import { isJoint } from './confchange.ts';
import { decodeConfiguration } from './configuration-format.ts';
import type { CoreState } from './core-state.ts';
import type { RaftNode } from './driver.ts';
import { decodeCommand } from './kv-codec.ts';
import type { Configuration, Entry, Member } from './types.ts';

/** Entries of the log that a card shows. */
const shownEntries = 24;
const longestText = 24;

const tones: Readonly<Record<string, CardTone>> = {
  leader: 'good',
  candidate: 'warning',
  'pre-candidate': 'warning',
  repairing: 'warning',
  recovering: 'dim',
  withdrawn: 'bad',
};

/** What a card is made of. */
type ShownNode = Pick<RaftNode, 'core' | 'phase' | 'diskFailing'>;

/** A sign for a command and what it says; throws a RangeError on bytes that are none. */
export type CommandText = (data: Uint8Array) => readonly [sign: string, text: string];

/**
 * What somebody who watches sees of a node.
 * @param describe tells commands; default: those of the key-value store
 */
export function raftCard(node: ShownNode, describe: CommandText = keyValueText): NodeCard {
  const { core, phase } = node;
  const role = phase === 'running' && core !== undefined ? core.role : phase;
  const tone = tones[role] ?? 'plain';
  if (core === undefined) return { role, tone, rows: [] };
  return { role, tone, rows: rowsOf(node, core), tail: tailOf(core, describe) };
}

/** How far an entry has got on a node; undefined when the log does not hold it. */
export function raftCellState(node: ShownNode, index: number, term: number): CellState | undefined {
  const { core } = node;
  if (core === undefined) return undefined;
  // What is compacted away was applied, whichever term it had: the log before it is decided.
  if (core.log.term(index) !== term) return undefined;
  return stateOf(core, index);
}

function rowsOf(node: ShownNode, core: CoreState): readonly CardRow[] {
  const { log, commit, applied, snapshot } = core;
  const rows: CardRow[] = [
    { label: 'term', value: String(core.term) },
    { label: 'commit', value: String(commit) },
    { label: 'applied', value: String(applied), ...(applied < commit ? { tone: 'warning' } : {}) },
    { label: 'log', value: `${log.firstIndex}..${log.lastIndex}` },
    {
      label: 'durable',
      value: String(log.stableIndex),
      ...(log.stableIndex < log.lastIndex ? { tone: 'warning' } : {}),
    },
    { label: 'vote', value: memberText(core.votedFor) },
    { label: 'leader', value: memberText(core.leader) },
  ];
  if (snapshot !== undefined) rows.push({ label: 'snapshot', value: String(snapshot.index) });
  if (node.diskFailing) rows.push({ label: 'disk', value: 'writes fail', tone: 'bad' });
  if (isJoint(core.configuration) || core.configuration.learners.length > 0) {
    rows.push({ label: 'members', value: configurationText(core.configuration) });
  }
  if (core.role === 'leader') {
    const matches = core.others.map((member) => `${memberText(member)}:${core.matches[member]}`);
    rows.push({ label: 'match', value: matches.join(' ') });
  }
  return rows;
}

function tailOf(core: CoreState, describe: CommandText): NonNullable<NodeCard['tail']> {
  const { log } = core;
  const from = Math.max(log.firstIndex, log.lastIndex - shownEntries + 1);
  const cells: CardCell[] = [];
  for (let index = from; index <= log.lastIndex; index++) {
    const entry = log.entry(index);
    if (entry === undefined) continue;
    const [text, detail] = entryText(entry, describe);
    cells.push({ id: index, text, group: entry.term, state: stateOf(core, index), detail });
  }
  return { label: 'log', before: from - 1, cells };
}

function stateOf(core: CoreState, index: number): CellState {
  if (index <= core.applied) return 'applied';
  if (index <= core.commit) return 'committed';
  return index <= core.log.stableIndex ? 'durable' : 'volatile';
}

/** A sign and a line for an entry. */
function entryText(
  { kind, data, index, term }: Entry,
  describe: CommandText,
): readonly [string, string] {
  const place = `entry ${index} of term ${term}`;
  if (kind === 'noop') return ['-', `${place}: nothing, of a new leader`];
  try {
    if (kind === 'configuration') {
      return ['C', `${place}: ${configurationText(decodeConfiguration(data))}`];
    }
    const [sign, text] = describe(data);
    return [sign, `${place}: ${text}`];
  } catch (error) {
    // A card must show what is there, and what is there may be wrong.
    if (error instanceof RangeError) return ['?', `${place}: bytes that are no command`];
    throw error;
  }
}

function keyValueText(data: Uint8Array): readonly [string, string] {
  const { operation, key, value, expected } = decodeCommand(data);
  const from = operation === 'cas' ? ` from ${expected ?? 'unset'}` : '';
  const what = operation === 'delete' ? '' : ` = ${cut(value)}`;
  return [operation[0]!, `${operation} ${cut(key)}${from}${what}`];
}

function configurationText({ voters, outgoing, learners }: Configuration): string {
  const list = (members: readonly Member[]): string => members.map(memberText).join(' ');
  const joint = outgoing.length === 0 ? '' : `, leaving ${list(outgoing)}`;
  const also = learners.length === 0 ? '' : `, learning ${list(learners)}`;
  return `voters ${list(voters)}${joint}${also}`;
}

/** Servers are numbered as they are named. */
function memberText(member: Member): string {
  return member === 0 ? '-' : `n${member}`;
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}...`;
}
