import type { FactsOf, ViolationRecord } from '../../src/index.ts';
import { spanMs, text, who } from './fact-words.ts';
import { protocolFacts } from './protocol-facts.ts';

/** By id of a rung of Raft's ladder: its violations as facts that cannot all be. */
export const raftFacts: Readonly<Record<string, FactsOf>> = {
  ...protocolFacts,
  I33: ({ nodes, values: { index, waitedUs, joint } }) => [
    `The members are joint (${joint}) by entry ${index}, and the leader is to leave that by itself.`,
    `It has not for ${spanMs(waitedUs)}, though ${nodes.join(', ')} are up, connected and led.`,
  ],
  I34: ({ nodes, values: { kind } }) => [
    `${who(nodes)} has lost its disk, and with it whatever it had promised.`,
    kind === undefined
      ? 'It runs as if nothing were.'
      : `It sends a ${kind}, as if it knew what it had promised.`,
  ],
  I35: ({ nodes, values: { index, term, canonicalTerm } }) =>
    term === undefined
      ? [
          `${who(nodes)} has a snapshot of the state after entry ${index}.`,
          'The committed log up to there gives another state.',
        ]
      : [
          `${who(nodes)} has a snapshot up to entry ${index} of term ${term}.`,
          canonicalTerm === 'not committed'
            ? 'That entry is not committed.'
            : `The entry committed at that index is of term ${canonicalTerm}.`,
        ],
  I36: ({ nodes, values: { index, last, phase } }) =>
    index === undefined
      ? [
          `${who(nodes)} starts and says that its disk is damaged (it is ${phase}).`,
          'Nothing on its disk is damaged.',
        ]
      : [
          `The disk of ${who(nodes)} had promised entry ${index}.`,
          `After its restart it has a log up to entry ${last} and not that entry, and says nothing of it.`,
        ],
  I38: ({ nodes, values: { index, key, found, canonical } }) => [
    `After entry ${index}, ${who(nodes)} has ${text(found)} at ${text(key)}.`,
    `The committed log up to there gives ${text(canonical)}.`,
  ],
  I39: ({ nodes, values: { index, found, canonical } }) => [
    `The call of entry ${index} is in the log before, and ${who(nodes)} has carried it out again.`,
    `It keeps the answer ${text(found)}, and the first one was ${text(canonical)}.`,
  ],
  I40: ({ nodes, values: { index, found, canonical } }) => [
    `After entry ${index}, ${who(nodes)} has ${found === 'none' ? 'no session' : text(found)} for a client.`,
    `The committed log up to there gives ${text(canonical)}.`,
  ],
  I41: ({ nodes, values: { index, holders } }) =>
    holders === undefined
      ? [
          `${who(nodes)} tells a client that its write is done, at index ${index}.`,
          'What is committed at that index is another entry, or nothing.',
        ]
      : [
          `A client was told that its write at index ${index} is done.`,
          `Only ${holders} of the disks still ${holders === 1 ? 'has' : 'have'} it: a majority can be without it.`,
        ],
  I42: ({ nodes, values: { answered, served } }) => [
    `${who(nodes)} answers a read from its state as of entry ${served}.`,
    `Entry ${answered} had been answered as done to a client before this read began.`,
  ],
  I43: linearizable,
  I56: ({ nodes, values: { term, heardUsAgo } }) => [
    `${who(nodes.slice(0, 1))} votes for ${who(nodes.slice(1))} in term ${term}.`,
    `It heard from its leader ${spanMs(heardUsAgo)} ago, within an election time-out, and that leader had told nobody to campaign.`,
  ],
  I57: ({ nodes, values: { term, heard } }) => [
    `${who(nodes)} answers a read as the leader of term ${term}, without a lease.`,
    `Since it was asked, only ${heard} of its members, itself among them, have heard from it: no quorum.`,
  ],
  I44: ({ values: { index } }) => [
    'A client was told that its call is refused for ever.',
    `The call is committed all the same, as entry ${index}.`,
  ],
  I45: ({ nodes, values }) =>
    values.cutFrom === undefined
      ? repairFacts(nodes, values)
      : [
          `${who(nodes)} starts and drops its log from entry ${values.cutFrom} on.`,
          `That entry is committed${values.committedLater === true ? ' later, by others' : ''}.`,
        ],
  I46: ({ nodes, values: { index } }) => [
    `${nodes.join(' and ')} have snapshots up to entry ${index}.`,
    'The two files differ.',
  ],
  I48: ({ nodes, values: { waitedUs, leaders } }) => [
    `${nodes.join(', ')} are up, connected and a majority for ${spanMs(waitedUs)}.`,
    Number(leaders) > 0
      ? `${text(leaders)} of them believe that they lead, and none stays.`
      : 'None of them leads.',
  ],
  I49: ({ nodes, values: { applied, owed } }) => [
    `${who(nodes)} is up and can reach its leader; entries up to ${owed} were committed long ago.`,
    `It has applied entries up to ${applied}.`,
  ],
  I54: ({ nodes, values: { waitedUs, role } }) => [
    `${who(nodes)}, a ${role}, got a client's request ${spanMs(waitedUs)} ago.`,
    'It has neither answered nor refused it.',
  ],
  I55: ({ nodes, values: { waitedUs, term } }) => [
    `${nodes.join(', ')} are up, connected and a majority for ${spanMs(waitedUs)}.`,
    `No leader of theirs has lasted for long; they are in term ${term}.`,
  ],
  I47: ({ nodes, values: { phase, kind, role } }) => [
    `${who(nodes)} lacks some of what it has promised: it is ${phase}.`,
    kind === undefined ? `It is ${role} all the same.` : `It sends ${text(kind)} all the same.`,
  ],
  I50: ({ nodes, values: { grown, bound } }) => [
    `${nodes.join(', ')} are up, connected and a majority, and nobody is apart from them.`,
    `Terms have grown by ${grown} meanwhile; elections that are lost explain ${Math.floor(Number(bound))}.`,
  ],
  I51: ({ values: { waitedUs } }) => [
    `A client has been calling for ${spanMs(waitedUs)}.`,
    'At the end of the run the call has neither an answer nor been given up.',
  ],
  I53: ({ nodes, values: { what, leader } }) => [
    `Clients reach ${nodes.join(', ')}, which are up, connected and a majority, and keep asking.`,
    `No ${what} of theirs is answered${leader === true ? ', though there is a leader' : ': there is no leader'}.`,
  ],
};

function repairFacts(
  [helper, asker]: ViolationRecord['nodes'],
  { term, index, commit, commitTerm, canonicalTerm }: ViolationRecord['values'],
): readonly string[] {
  if (commit === undefined) {
    return [
      `${helper} gives ${asker}, which repairs its log, an entry ${index} of term ${term}.`,
      'The entry of that name is another.',
    ];
  }
  return [
    `${helper} tells ${asker}, which repairs its log, that entry ${commit} of term ${commitTerm} is committed.`,
    canonicalTerm === 'not committed'
      ? 'Nothing is committed at that index.'
      : `What is committed at that index is of term ${canonicalTerm}.`,
  ];
}

function linearizable({ values }: ViolationRecord): readonly string[] {
  const { key, operation, statesBefore } = values;
  if (typeof operation !== 'object' || operation === null) {
    return [`The calls on ${text(key)} have no order that explains every answer.`];
  }
  const { op, value, result } = operation as Record<string, unknown>;
  const answer = result === null || result === undefined ? '' : `, with the result ${text(result)}`;
  const did =
    op === 'get'
      ? `reads ${text(key)} and gets ${text(value)}`
      : `does ${text(op)} ${text(value)} on ${text(key)}${answer}`;
  const states = Array.isArray(statesBefore)
    ? statesBefore.map(text).join(' or ')
    : text(statesBefore);
  return [
    `A client ${did}.`,
    `In every order that explains the other answers, ${text(key)} is ${states} just before.`,
  ];
}
