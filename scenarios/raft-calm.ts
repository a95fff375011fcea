import { raftLadder } from '../invariants/raft/ladder.ts';
import { calm, scenario } from '../src/index.ts';
import { raftKv } from '../src/systems/raft/index.ts';
import { beyond } from './common/beyond.ts';
import { noDiskFills, phases, raftClients } from './raft/setting.ts';

export default scenario({
  summary: 'Raft KV in a quiet data centre: nothing fails, everything must hold all the same',
  system: raftKv(),
  clients: raftClients(),
  storm: calm(),
  ladder: raftLadder,
  phases,
  outOfReach: {
    ...beyond(
      'no node ever fails or leaves its role',
      ...[
        'I1',
        'I3',
        'I6',
        'I7',
        'I8',
        'I20',
        'I25',
        'I26',
        'I27',
        'I34',
        'I36',
        'I45',
        'I47',
        'I56',
      ],
    ),
    ...beyond('no operator changes the members', 'I29', 'I30', 'I31', 'I33'),
    ...beyond('nobody waits long for an answer', '*/*/info:timeout', '*/*/info:still-open'),
    ...beyond(
      'the leader stays',
      ...['refused/get/unavailable', 'refused/*/unknown', 'late-reply/unknown'],
    ),
    ...noDiskFills,
  },
});
