import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { phases, raftClients } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV in a quiet data centre: nothing fails, everything must hold all the same',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases,
  outOfReach: {
    ...Object.fromEntries(
      ['I1', 'I3', 'I6', 'I7', 'I8', 'I32', 'I20', 'I25', 'I26', 'I27', 'I34', 'I36'].map((id) => [
        id,
        'no node ever fails or leaves its role',
      ]),
    ),
    '*/*/info:timeout': 'nobody waits long for an answer',
    '*/*/info:still-open': 'nobody waits long for an answer',
    'refused/get/unavailable': 'the leader stays',
    'refused/*/unknown': 'the leader stays',
    'late-reply/unknown': 'the leader stays',
    'refused/*/disk-full': 'no disk ever fills',
    'late-reply/disk-full': 'no disk ever fills',
  },
});
