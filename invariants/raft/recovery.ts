import { broken, hashText, held, premiseFalse, rung } from '../../src/index.ts';
import type { Chain } from './chain.ts';
import type { RaftMoment } from './moment.ts';

/** Entries that were about to be replaced when the node died may be gone: see `NodeLedger.end`. */
export const recoveryKeeps = rung<RaftMoment>({
  id: 'I36',
  title: 'recovery brings back',
  statement:
    'After a restart a node has the log that its disk had promised, or says that the disk is damaged.',
  source: 'log replay oracle; raft.md S19, D5, D11',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['recovered'],
  check({ node, own, after, facts }) {
    const { world } = facts;
    if (after.phase === 'withdrawn') {
      const hasReason = own.lostDisk || world.damaged(node) || world.metIoError(node);
      if (hasReason || own.incarnation <= 1) return premiseFalse;
      return own.durable.term === 0
        ? premiseFalse
        : broken({ nodes: [node], values: { phase: after.phase, damaged: false } });
    }
    if (own.lostDisk || own.mustKeepIndex === 0) return premiseFalse;
    const { chain } = own.log;
    const { mustKeepIndex: index, mustKeepPrefix: promised } = own;
    if (index <= chain.base || chain.prefix(index) === promised) return held;
    if (isReplaced(own.lastLog, chain, facts.canonical.chain)) return held;
    return broken({
      nodes: [node],
      values: {
        index,
        last: chain.last,
        promised: hashText(promised),
        prefix: hashText(chain.prefix(index)),
      },
    });
  },
});

/**
 * Whether the log was void behind the snapshot that it now begins with: the node died while it took
 * over a snapshot of the committed history, and had other entries there.
 */
function isReplaced(old: Chain, log: Chain, canonical: Chain): boolean {
  const { base } = log;
  if (base <= old.base || base > old.last) return false;
  return log.prefix(base) === canonical.prefix(base) && old.prefix(base) !== log.prefix(base);
}
