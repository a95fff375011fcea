import { broken, held, premiseFalse, rung } from '../../src/index.ts';
import { auditState } from '../../src/systems/orchestrator/state/audit.ts';
import type { OrchestratorMoment } from './moment.ts';

export const managersAgree = rung<OrchestratorMoment>({
  id: 'S10',
  title: 'managers agree',
  statement:
    'Managers that have applied the same entries have the same store, the one that the committed log gives, by snapshot or not.',
  source:
    'Schneider 1990; Nomad #25698, #20317 (N11, N12); SwarmKit 069a0300f, 2d5a6c591 (K29, K27)',
  kind: 'always',
  owedUnder: 'noticeable damage',
  watches: ['applied', 'chain'],
  check({ node, manager, facts }) {
    const { oracle } = facts;
    if (oracle.fault !== undefined) {
      return broken({ nodes: [node], values: { fault: String(oracle.fault) } });
    }
    if (manager === undefined) return premiseFalse;
    const { machine } = manager.service;
    if (machine.applied === 0) return premiseFalse;
    const expected = oracle.at(machine.applied);
    if (expected === undefined) {
      const values = { applied: machine.applied, committed: oracle.last };
      return broken({ nodes: [node], values });
    }
    const hash = machine.hash();
    if (hash === expected.hash) return held;
    return broken({
      nodes: [node],
      values: { applied: machine.applied, hash: `#${hash}`, canonical: `#${expected.hash}` },
    });
  },
});

export const tablesAddUp = rung<OrchestratorMoment>({
  id: 'S32A',
  title: 'tables add up',
  statement:
    'At the end every index, lease and reference of the store is the one that all rows give, counted anew, and its bytes give it back.',
  source: 'cassandra-operator#398 (O3); kubernetes#55587 (B4)',
  kind: 'eventually',
  owedUnder: 'any damage',
  watches: ['end'],
  check({ facts: { oracle } }) {
    if (oracle.state === undefined) return premiseFalse;
    const [wrong, ...more] = auditState(oracle.state);
    if (wrong === undefined) return held;
    return broken({ nodes: [], values: { wrong, more: more.length } });
  },
});
