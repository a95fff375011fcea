import type { NodeId } from '../../../sim/message.ts';
import type { Answer, Query } from '../messages/metadata-messages.ts';
import type { Errno } from '../metadata/errno.ts';
import {
  attributes,
  locate,
  lookup,
  readDirectory,
  readTrash,
  regionFacts,
  testLock,
} from '../metadata/queries.ts';
import type { MetadataState } from '../metadata/state.ts';

function error(errno: Errno): Answer {
  return { kind: 'error', errno };
}

/** What the tables say to a query of a session. `peers` are the names of servers, by id minus 1. */
export function answerTo(
  state: MetadataState,
  session: number,
  query: Query,
  peers: readonly NodeId[],
): Answer {
  if (query.kind === 'lookup') return found(state, query.parent, query.name);
  if (query.kind === 'region') return { kind: 'region', ...regionFacts(state, query.region) };
  if (query.kind === 'list-trash') {
    return { kind: 'trash', files: readTrash(state, query.after, query.most) };
  }
  const row = state.inodes.get(query.inode);
  if (row === undefined) return error('ESTALE');
  switch (query.kind) {
    case 'attributes':
      return { kind: 'attributes', attributes: attributes(state, query.inode)! };
    case 'read-directory': {
      if (row.kind !== 'directory') return error('ENOTDIR');
      const { inode, after, most } = query;
      return { kind: 'names', names: readDirectory(state, inode, after, most) };
    }
    case 'read-link':
      if (row.kind !== 'symlink') return error('EINVAL');
      return { kind: 'text', text: row.target };
    case 'get-attribute': {
      const value = state.attributes.get(query.inode, query.name)?.value;
      return value === undefined ? error('ENODATA') : { kind: 'bytes', bytes: value };
    }
    case 'list-attributes':
      return { kind: 'words', words: state.attributes.keys(query.inode) };
    case 'locate':
      return location(state, query, peers);
    case 'test-lock': {
      const { inode, style, owner, exclusive } = query;
      const [from, to] = style === 'flock' ? [0, 1] : [query.from, query.to];
      const lock = testLock(state, inode, style, { session, owner, from, to, exclusive });
      const { session: holder, owner: of, exclusive: alone } = lock ?? noLock;
      return { kind: 'lock', session: holder, owner: of, exclusive: alone };
    }
    case 'quota': {
      const { inodes: maxInodes, bytes: maxBytes } = state.quotas.get(query.inode) ?? noQuota;
      const { belowInodes: inodes, belowBytes: bytes } = row;
      return { kind: 'usage', inodes, bytes, maxInodes, maxBytes };
    }
  }
}

const noLock = { session: 0, owner: 0, exclusive: false };
const noQuota = { inodes: 0, bytes: 0 };

function found(state: MetadataState, parent: number, name: string): Answer {
  const directory = state.inodes.get(parent);
  if (directory === undefined) return error('ESTALE');
  if (directory.kind !== 'directory') return error('ENOTDIR');
  const inode = lookup(state, parent, name) ?? 0;
  return { kind: 'found', inode, attributes: inode === 0 ? null : attributes(state, inode) };
}

function location(
  state: MetadataState,
  { inode, index }: Extract<Query, { kind: 'locate' }>,
  peers: readonly NodeId[],
): Answer {
  const { sizeBytes } = state.inodes.get(inode)!;
  const where = locate(state, inode, index);
  if (where === null) return { kind: 'location', location: null, sizeBytes };
  const { members, ...rest } = where;
  const nodes = members.map((member) => peers[member - 1] ?? '');
  return { kind: 'location', location: { ...rest, nodes }, sizeBytes };
}
