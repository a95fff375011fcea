import type { FactsOf } from '../../src/index.ts';
import { spanMs, text, who } from '../raft/fact-words.ts';

/** Violations of the metadata: their replicas, their tables, their names. */
export const tableFacts: Readonly<Record<string, FactsOf>> = {
  SB1: ({ nodes, values: { applied, hash, canonical, committed } }) =>
    committed === undefined
      ? [
          `After entry ${applied} the tables of ${who(nodes)} have the hash ${hash}.`,
          `The committed log up to there gives ${canonical}.`,
        ]
      : [
          `${who(nodes)} has applied entry ${applied}.`,
          `What is committed ends with entry ${committed}.`,
        ],
  SB3: ({ nodes, values: { appliedBefore, applied, timeBefore, time } }) => [
    `The tables of ${who(nodes)} had the time ${timeBefore} us at entry ${appliedBefore}.`,
    `At entry ${applied} they have ${time} us.`,
  ],
  SB4: ({ nodes, values: { applied, durable, hash, canonical } }) => [
    `${who(nodes)} counts the changelog up to entry ${durable} as durable.`,
    `What its disk has promised leads to entry ${applied} and the hash ${hash}; the committed log gives ${canonical} there.`,
  ],
  SB5: ({ nodes, values: { index, term, committedTerm, hash, canonical } }) =>
    hash === undefined
      ? [
          `The changelog of ${who(nodes)} has a record for entry ${index} of term ${term}.`,
          committedTerm === 0
            ? 'Nothing is committed at that index.'
            : `The entry committed there, of term ${committedTerm}, is not that record.`,
        ]
      : [
          `${who(nodes)} has saved the tables of entry ${index} with the hash ${hash}.`,
          `The committed log gives ${text(canonical)} there.`,
        ],
  SC1: ({ values: { chunk, references, pointing, isBack } }) =>
    isBack === true
      ? [`Chunk ${chunk} is in the tables.`, 'It had ended before, and no id comes twice.']
      : [
          `The tables count ${references} references to chunk ${chunk}.`,
          `The slots that point to it are ${pointing}.`,
        ],
  SC11: ({ values: { chunk, kind, before, after } }) => [
    `Several slots point to chunk ${chunk}: ${before} before, and ${after} after.`,
    `An entry of kind ${kind} gives it the code of another class.`,
  ],
  SC2: ({ values: { chunk, version, highestVersion, generation, granted, before } }) => [
    `Chunk ${chunk} has version ${version} and generation ${generation}, with ${granted} granted and ${highestVersion} as the highest ever given.`,
    before === undefined
      ? 'No version is above the highest ever given.'
      : `It had ${text(before)} before, and none of these falls.`,
  ],
  SE1: ({ values: { inode, parents, isLost, opens } }) => [
    `Inode ${inode} has the parents ${text(parents)}.`,
    isLost === true
      ? 'It is a directory, and the way up from it does not end at the root.'
      : opens === undefined
        ? 'It is a directory, which has exactly one.'
        : 'It has no name, nobody has it open, it is not in the trash, and yet it is there.',
  ],
  SE3: ({ values: { kind, index, firstIndex, first, reply } }) => [
    `The ${kind} of entry ${index} is the request of entry ${firstIndex}, which was answered ${text(first)}.`,
    `It is answered ${text(reply)} this time.`,
  ],
  SE4: ({ values: { index, ...difference } }) => [
    `A plain file system has carried out the committed log up to entry ${index}.`,
    `The tables say something else: ${text(difference)}.`,
  ],
  SE5: ({ values: { inode, a, b, had, due } }) =>
    had === undefined
      ? [`On inode ${inode} somebody has the lock ${text(a)}.`, `Beside it there is ${text(b)}.`]
      : [
          `On inode ${inode} the tables have these locks: ${text(had)}.`,
          `What was granted and is neither given back nor closed: ${text(due)}.`,
        ],
  SE6: ({ values: { index, kind, complaint, reply } }) => [
    `The ${kind} of entry ${index} is answered ${text(reply)}.`,
    `By the names at that instant that is impossible: ${complaint}.`,
  ],
  SE10: ({ nodes, values: { index, asked, ...difference } }) => [
    `${who(nodes)} is answered from the tables of entry ${index} when it asks for ${text(asked)}.`,
    `The committed log gives something else there: ${text(difference)}.`,
  ],
  SE11: ({ values: { index, of, sinceUs, leaseUs } }) => [
    `Entry ${index} ends the lease of ${text(of)}, which lasts ${spanMs(leaseUs)} from the last sign of life.`,
    `The last one was ${spanMs(sinceUs)} before.`,
  ],
  SH3: ({ values: { owner, sessions, chunk, heldBy, heldUs, inode, lock, dueUs } }) => {
    if (heldUs !== undefined) {
      return [
        `Chunk ${chunk} is granted to session ${heldBy}, under one fence for ${spanMs(heldUs)}.`,
        'No write lease lasts so long, and nothing keeps the leader from ending it.',
      ];
    }
    if (sessions !== undefined) {
      return [
        `The client ${text(owner)} has the sessions ${text(sessions)}.`,
        `Everything has worked for ${spanMs(dueUs)} and longer: all but one are over long ago.`,
      ];
    }
    return [
      chunk === undefined
        ? `On inode ${inode} there is the lock ${text(lock)}.`
        : `Chunk ${chunk} is granted to session ${heldBy}.`,
      'That session is over.',
    ];
  },
  SH6: ({ nodes, values: { applied, onDisk, healedAt } }) => [
    `When all worked again, entry ${healedAt} was committed, and ${who(nodes)} belongs to the group.`,
    `It has applied entry ${applied}, and its disk leads to entry ${onDisk}.`,
  ],
  SF1: ({ values: { chunk, members, beyond, needed } }) => [
    `The members of chunk ${chunk} are ${text(members)}; it takes ${needed} to read it.`,
    Array.isArray(beyond) && beyond.length > 0
      ? `That is beyond the caps of its class (${text(beyond)}), and the chunk is not flagged.`
      : 'A server is named twice, or they are too few.',
  ],
  SF6: ({ values: { chunk, region, members, needed } }) => [
    `The class of chunk ${chunk} survives the loss of a region; it takes ${needed} members to read it.`,
    `Its members are ${text(members)}, and without region ${region} fewer are left.`,
  ],
  SG1: ({ values: { inode, quota, before, now } }) => [
    `Below directory ${inode} there may be ${text(quota)}.`,
    `There were ${text(before)}, and an entry makes that ${text(now)}.`,
  ],
  SG6: ({ values: { server, chunk, plan } }) => [
    `Server ${server} is taken out of the registry.`,
    chunk === 0 ? `Plan ${plan} is one for it.` : `It is a member of chunk ${chunk}.`,
  ],
  SG5: ({ values: { wrong, more } }) => [
    `All rows are counted anew at the end, and one sum is not that of the tables: ${text(wrong)}.`,
    Number(more) > 0 ? `So are ${more} more.` : 'All others are as they should be.',
  ],
};
