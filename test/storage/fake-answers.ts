import type { Answer, Query } from '../../src/systems/storage/messages/metadata-messages.ts';
import * as queries from '../../src/systems/storage/metadata/queries.ts';
import type { MetadataState } from '../../src/systems/storage/metadata/state.ts';

/** What a master answers from its tables. */
export function answerQuery(
  state: MetadataState,
  query: Query,
  nodeOf: (server: number) => string,
): Answer {
  if (query.kind === 'lookup') {
    const row = state.inodes.get(query.parent);
    if (row === undefined) return { kind: 'error', errno: 'ESTALE' };
    if (row.kind !== 'directory') return { kind: 'error', errno: 'ENOTDIR' };
    const inode = queries.lookup(state, query.parent, query.name) ?? 0;
    return { kind: 'found', inode, attributes: queries.attributes(state, inode) };
  }
  if (query.kind === 'region') {
    return { kind: 'region', ...queries.regionFacts(state, query.region) };
  }
  if (query.kind === 'list-trash') {
    return { kind: 'trash', files: queries.readTrash(state, query.after, query.most) };
  }
  const row = state.inodes.get(query.inode);
  if (row === undefined) return { kind: 'error', errno: 'ESTALE' };
  switch (query.kind) {
    case 'attributes':
      return { kind: 'attributes', attributes: queries.attributes(state, query.inode)! };
    case 'read-directory': {
      if (row.kind !== 'directory') return { kind: 'error', errno: 'ENOTDIR' };
      const names = queries.readDirectory(state, query.inode, query.after, query.most);
      return { kind: 'names', names };
    }
    case 'read-link':
      return { kind: 'text', text: row.target };
    case 'get-attribute': {
      const found = state.attributes.get(query.inode, query.name);
      if (found === undefined) return { kind: 'error', errno: 'ENODATA' };
      return { kind: 'bytes', bytes: found.value };
    }
    case 'list-attributes':
      return { kind: 'words', words: state.attributes.keys(query.inode) };
    case 'locate': {
      const found = queries.locate(state, query.inode, query.index);
      const { sizeBytes } = row;
      if (found === null) return { kind: 'location', location: null, sizeBytes };
      const { members, ...rest } = found;
      return {
        kind: 'location',
        location: { ...rest, nodes: members.map(nodeOf) },
        sizeBytes,
      };
    }
    case 'test-lock': {
      const { inode, style, ...range } = query;
      const lock = queries.testLock(state, inode, style, { session: 0, ...range });
      const none = { session: 0, owner: 0, exclusive: false };
      const { session, owner, exclusive } = lock ?? none;
      return { kind: 'lock', session, owner, exclusive };
    }
    default: {
      const quota = state.quotas.get(query.inode) ?? { inodes: 0, bytes: 0 };
      const limits = { maxInodes: quota.inodes, maxBytes: quota.bytes };
      return { kind: 'usage', inodes: row.belowInodes, bytes: row.belowBytes, ...limits };
    }
  }
}
