import type { FactsOf, ViolationRecord } from '../../src/index.ts';
import { end, member, text, who } from './fact-words.ts';

/**
 * Facts of the rungs on the protocol.
 *
 * What each rung's values say in words: two facts, or a few, that cannot both be. The first is what
 * somebody did or believes, the others what is so.
 */
export const protocolFacts: Readonly<Record<string, FactsOf>> = {
  I1: ({ nodes, values: { trouble } }) => [
    `${who(nodes)} works on one step.`,
    `The step does not end as it should: ${trouble}.`,
  ],
  I3: ({ nodes, values }) => [
    `${who(nodes)} goes from ${values.from} to ${values.to}.`,
    'No such move exists in the protocol.',
  ],
  I4: ({ nodes, values: { purged, snapshot, applied, commit, last } }) => [
    `${who(nodes)} has a log that ends at ${last}, takes ${commit} for committed, has applied ${applied}.`,
    `It has a snapshot up to ${snapshot} and has dropped its log up to ${purged}.`,
  ],
  I5: logShape,
  I5d: ({ nodes, values }) => [
    `${who(nodes)} has synced these records of its log: they are what a restart would read.`,
    `Read in order, ${values.malformed}.`,
  ],
  I6: ({ nodes, values }) =>
    values.second === undefined
      ? [
          `${who(nodes)} leads.`,
          `It takes ${member(values.leaderId)} for the leader and has voted for ${member(values.votedFor)}.`,
        ]
      : [
          `${who(nodes)} knew ${member(values.first)} as the leader of term ${values.term}.`,
          `Now it knows ${member(values.second)} as the leader of the same term.`,
        ],
  I7: ({ nodes, values }) => [
    `${who(nodes)} was in term ${values.before}, and its disk has promised term ${values.promised}.`,
    `It goes on in term ${values.after}.`,
  ],
  I8: voteOnce,
  I9: ({ nodes, values }) => [
    `${who(nodes)} knew entries up to ${values.before} to be committed.`,
    `It now takes only entries up to ${values.after} for committed.`,
  ],
  I10: ({ nodes, values: { before, after, commit, firstIndex } }) =>
    firstIndex === undefined
      ? [
          `${who(nodes)} goes from having applied entry ${before} to having applied entry ${after}.`,
          `It knows entries up to ${commit} to be committed, and may apply those in order, each once.`,
        ]
      : [
          `${who(nodes)} goes from having applied entry ${before} to having applied entry ${after}.`,
          `Its log begins with entry ${firstIndex}, and no snapshot brought it there.`,
        ],
  I11: ({ nodes, values }) => [
    `${who(nodes)} leads term ${values.term} with a log up to entry ${values.last}.`,
    `In that term it replaces its own entries from ${values.replacedFrom} on.`,
  ],
  I12: ({ nodes: [leader, follower], values: { before, match, next } }) => [
    `${leader} knew ${follower} to hold the log up to ${before}.`,
    `It now believes ${follower} to hold ${match}, and would send it ${next} next.`,
  ],
  I15: ({ nodes, values: { message, term, promised } }) => [
    `${who(nodes)} sends a message that speaks of term ${message}.`,
    `Its disk has promised no more than term ${promised}: after a crash it would know nothing of term ${term}.`,
  ],
  I16: durableFirst,
  I17: ({ nodes, values: { term, leader, index } }) =>
    leader === undefined
      ? [
          `${who(nodes)} sends an append with an entry for index ${index}.`,
          'What it sends there is not what its own log holds.',
        ]
      : [
          `${who(nodes)} sends an append of term ${term}.`,
          leader === 'none' ? `Nobody leads term ${term}.` : `Another node leads term ${term}.`,
        ],
  I18: ({ nodes: [follower, leader], values: { told, covered } }) => [
    `${follower} tells ${leader} that it holds the log up to entry ${told}.`,
    `The appends of ${leader} in that term covered no more than entry ${covered}.`,
  ],
  I19: ({ nodes: [leader, follower], values: { match, last, durable } }) => [
    `${leader} believes that ${follower} holds the log up to entry ${match}.`,
    durable === undefined
      ? `The log of ${leader} itself ends with entry ${last}.`
      : `The disk of ${follower} has promised entries up to ${durable}, or others than those of ${leader}.`,
  ],
  I20: ({ nodes: [second, first], values: { term } }) => [
    `${first} won the election of term ${term}.`,
    `${second} leads term ${term} as well.`,
  ],
  I21: ({ nodes: [node, creator], values: { term, index, leader } }) =>
    leader === undefined
      ? [
          `Entry ${index} of term ${term} is known since ${creator ?? 'its leader'} created it.`,
          `${node} holds another entry of the same term at the same index.`,
        ]
      : [
          `${node} holds entry ${index} of term ${term}.`,
          'The leader of that term did not create it.',
        ],
  I22: ({ nodes: [node, other], values: { term, index } }) => [
    `${node} and ${other} both hold entry ${index} of term ${term}.`,
    'Their logs differ before it.',
  ],
  I23: commitRule,
  I24: ({ nodes, values: { index } }) => [
    `Entry ${index} was committed before, by the first node that did so.`,
    `${who(nodes)} has committed another entry at index ${index}, or another log before it.`,
  ],
  I25: ({ nodes, values: { cutFrom, commit, holders } }) =>
    commit === undefined
      ? [
          `${who(nodes)} drops its log from entry ${cutFrom} on, and that entry is committed.`,
          `Only ${holders} of the voters still hold it: no majority.`,
        ]
      : [
          `${who(nodes)} knew entries up to ${commit} to be committed.`,
          `It drops its log from entry ${cutFrom} on.`,
        ],
  I26: ({ nodes, values: { term, committed, last } }) => [
    `Entry ${committed} was committed in an earlier term than ${term}.`,
    `${who(nodes)} leads term ${term} without it: its own log, up to ${last}, is another.`,
  ],
  I27: ({ nodes: [voter, candidate], values }) => [
    `${voter}, whose log ends with ${end(values.voter)}, votes for ${candidate ?? 'a candidate'}.`,
    typeof values.candidate === 'string'
      ? 'That candidate never asked.'
      : `The log of ${candidate ?? 'that candidate'} ends with ${end(values.candidate)}, which is older.`,
  ],
  I29: ({ nodes, values: { inForce, inTheLog, index } }) => [
    `${who(nodes)} acts by the members ${inForce}.`,
    `Its log says ${inTheLog}, by ${index === 0 ? 'where it began' : `entry ${index}`}.`,
  ],
  I30: ({ nodes, values: { index, before, commit, from, to } }) =>
    index === undefined
      ? [
          `${who(nodes)} goes from the members ${text(from)} to ${text(to)}.`,
          'Two majorities of these need not meet.',
        ]
      : [
          `${who(nodes)} appends a change of members as entry ${index}.`,
          `The change before it, entry ${before}, is not committed: the log is committed up to ${commit}.`,
        ],
  I31: ({ nodes, values: { term, commit, committedTerm } }) => [
    `${who(nodes)}, leader of term ${term}, appends a change of members.`,
    `It has committed nothing of its own term: entry ${commit}, its last, is of term ${committedTerm}.`,
  ],
  I32: ({ nodes: [leader], values: { term, votes } }) =>
    votes === undefined
      ? [`${leader} leads term ${term}.`, 'It is none of the voters.']
      : [
          `${leader} leads term ${term}.`,
          `Only ${votes} of the voters gave it their votes in that term: no majority.`,
        ],
};

function logShape({ nodes, values }: ViolationRecord): readonly string[] {
  const { holeAt, last, lastTerm, term, index, previousTerm, named } = values;
  const whose = `The log of ${who(nodes)}`;
  if (holeAt !== undefined) {
    return [`${whose} ends with entry ${last}.`, `It has no entry ${holeAt}.`];
  }
  if (lastTerm !== undefined) {
    return [
      `${whose} ends with an entry of term ${lastTerm}.`,
      `${who(nodes)} is in term ${term}.`,
    ];
  }
  return previousTerm === undefined
    ? [`${whose} has an entry at index ${index}.`, `That entry says of itself that it is ${named}.`]
    : [
        `Entry ${index} in the log of ${who(nodes)} is of term ${term}.`,
        `The entry before it is of term ${previousTerm}.`,
      ];
}

function voteOnce({ nodes, values }: ViolationRecord): readonly string[] {
  const { term, first, second, durable, sent, given } = values;
  if (second !== undefined) {
    return [
      `${who(nodes)} has voted for ${member(first)} in term ${term}.`,
      `It votes for ${member(second)} in the same term.`,
    ];
  }
  return sent === undefined
    ? [
        `${who(nodes)} has voted for ${member(given)} in term ${term}.`,
        'After its restart it knows nothing of that vote.',
      ]
    : [
        `${who(nodes)} tells ${member(sent)} that it has its vote in term ${term}.`,
        `Its disk has promised that vote to ${member(durable)}.`,
      ];
}

function durableFirst({ nodes: [node, peer], values }: ViolationRecord): readonly string[] {
  const { term, vote, durableVote, told, durable, snapshotIndex, promised } = values;
  if (vote !== undefined) {
    return [
      `${node} asks for votes in term ${term}.`,
      `Its disk has promised its own vote of that term to ${member(vote)}.`,
    ];
  }
  if (durableVote !== undefined) {
    return [
      `${node} tells ${peer} that it has its vote in term ${term}.`,
      `Its disk has promised no vote in that term: it knows term ${promised} at most.`,
    ];
  }
  if (durable !== undefined) {
    return [
      `${node} tells ${peer} that it holds the log up to entry ${told}.`,
      `Its disk has promised entries up to ${durable}, or others than those.`,
    ];
  }
  if (snapshotIndex !== undefined) {
    return [
      `${node} tells ${peer} that it has the snapshot up to entry ${told}.`,
      `Its disk has promised a snapshot up to entry ${snapshotIndex}.`,
    ];
  }
  return [
    `${node} asks for votes and says that its log ends with ${end(told)}.`,
    `Its disk has promised a log that ends with ${end(promised)}.`,
  ];
}

function commitRule({ nodes, values }: ViolationRecord): readonly string[] {
  const { commit, entryTerm, term, holders, voters } = values;
  if (entryTerm !== undefined) {
    return [
      `${who(nodes)}, leader of term ${term}, takes entry ${commit} for committed.`,
      `Entry ${commit} is of term ${entryTerm}: copies of an older entry do not commit it, only an ` +
        'entry of the own term on top does.',
    ];
  }
  const all = voters === undefined ? '' : ` of ${voters} voters`;
  return [
    `${who(nodes)} takes entry ${commit} for committed.`,
    `Only ${holders}${all} have it on disk: no majority.`,
  ];
}
