import type { FactsOf } from '../../src/index.ts';
import { spanMs, text, who } from '../raft/fact-words.ts';

/** Violations of what chunkservers keep and give. */
export const fragmentFacts: Readonly<Record<string, FactsOf>> = {
  SA1: ({ nodes, values: { chunk, version, generation, asked, part } }) => [
    `All parts of chunk ${chunk}, version ${version}, generation ${generation}, are on disks; ${who(nodes)} has put down the last one.`,
    `Part ${part} does not follow from the parts ${text(asked)}.`,
  ],
  SA2: ({ nodes, values: { chunk, part, block, version, asked } }) => [
    `${who(nodes)} gives block ${block} of chunk ${chunk}, part ${part}, as written under version ${version}, to one who asks for version ${asked}.`,
    Number(version) > Number(asked)
      ? 'That version is a later one.'
      : 'The bytes do not match the checksum that is bound to their chunk, version, part and place.',
  ],
  SC3: ({ nodes, values }) => {
    const { chunk, fence, sequence, next, version, versionBefore } = values;
    const { fenceBefore, chunkFenceBefore } = values;
    if (sequence !== undefined) {
      return [
        `${who(nodes)} takes write ${sequence} of chunk ${chunk} under fence ${fence}.`,
        `It has fence ${fenceBefore} for that fragment and ${chunkFenceBefore} for the chunk; write ${next} is the next one.`,
      ];
    }
    if (version !== undefined) {
      return [
        `${who(nodes)} makes its fragment of chunk ${chunk} version ${version} with fence ${fence}.`,
        `It was version ${versionBefore} with fence ${fenceBefore} before.`,
      ];
    }
    return [
      `${who(nodes)} takes a part of chunk ${chunk} under fence ${fence}.`,
      `It has promised to take none below fence ${chunkFenceBefore}.`,
    ];
  },
  SC13: ({ nodes, values: { chunk, fence, sequence, last } }) => [
    `Under fence ${fence} ${who(nodes)} sends a write to chunk ${chunk} as number ${sequence}.`,
    last === 0
      ? 'It has sent none before under that fence: this is number 1.'
      : `Its newest before is number ${last}, which is another write or not the one before.`,
  ],
  SC4: ({
    nodes,
    values: { chunk, fence, sequence, version, generation, part, content, first },
  }) => {
    if (sequence !== undefined) {
      return [
        `${who(nodes)} takes write ${sequence} of chunk ${chunk} under fence ${fence} with the content ${content}.`,
        `Another replica has taken that write with the content ${first}.`,
      ];
    }
    return [
      `${who(nodes)} takes part ${part} of chunk ${chunk}, version ${version}, generation ${generation}.`,
      first === undefined
        ? 'The parity parts of that stripe are not those that the code makes of its data parts.'
        : `Its content is ${content}; that part had the content ${first} before.`,
    ];
  },
  SC6: ({ nodes, values: { kind, chunk, version, part, found } }) => [
    `${who(nodes)} says by ${kind} that it has version ${version} of chunk ${chunk}, part ${part}.`,
    `What its disk has promised is another: ${text(found)}.`,
  ],
  SD2: ({ values: { chunk, version, members, intact, needed } }) => [
    `The members of chunk ${chunk}, version ${version}, are ${text(members)}; it takes ${needed} of them to read it.`,
    `Intact on disks ${intact === 1 ? 'is' : 'are'} ${intact}.`,
  ],
  SD5: ({ nodes, values: { chunk, fence, sequence, last } }) => [
    `${who(nodes)} tells the writer that write ${sequence} of chunk ${chunk} under fence ${fence} is durable on the whole chain.`,
    `The disk of ${nodes[1] ?? 'a member'} has promised no more than ${text(last)}.`,
  ],
  SF2: ({ nodes, values: { chunk, version, part, intact, needed } }) => [
    `${who(nodes)} erases part ${part} of chunk ${chunk}, version ${version}, and nothing is wrong with it.`,
    `Without it ${intact} intact ${intact === 1 ? 'is' : 'are'} left, and it takes ${needed} to read the chunk.`,
  ],
  SG2: ({ nodes, values: { usedBytes, capacityBytes } }) => [
    `The fragments on ${who(nodes)} take ${usedBytes} bytes.`,
    `Its capacity is ${capacityBytes} bytes.`,
  ],
  SG3: ({ nodes, values: { chunk, version, generation, part, dueUs } }) => [
    `Part ${part} of chunk ${chunk}, version ${version}, generation ${generation}, lies on ${who(nodes)}.`,
    'No chunk has it as a member, none is becoming one with it, and no plan is to delete it.',
    `Everything has worked for ${spanMs(dueUs)} and longer, enough to find it.`,
  ],
  SG4: ({ nodes, values: { fragment, stillMeant, planned } }) => [
    `${who(nodes)} erases the fragment ${text(fragment)}.`,
    stillMeant === true
      ? 'The metadata say that it is part of that chunk.'
      : planned === true
        ? 'The grace of the plan that names it is not over.'
        : 'No committed plan names it.',
  ],
  SH5: ({ nodes, values: { chunk, version, members, dueUs } }) => [
    `${who(nodes)} is to be emptied, everything has worked for ${spanMs(dueUs)} and longer, and another place could take what it holds.`,
    `It is still a member of chunk ${chunk}, version ${version}: ${text(members)}.`,
  ],
  SH1: ({ values: { chunk, version, members, intact, dueUs } }) => [
    `Everything has worked for ${spanMs(dueUs)} and longer, enough to find and to make anew what was lost.`,
    `Of chunk ${chunk}, version ${version}, with the members ${text(members)}, ${intact} ${intact === 1 ? 'is' : 'are'} intact on disks, though there are places for all.`,
  ],
  SH13: ({ values: { inode, chunk, version, classId, wanted, dueUs } }) => [
    `Everything has worked for ${spanMs(dueUs)} and longer, and for as long nobody has written chunk ${chunk}, version ${version}.`,
    `It is of class ${classId} still, though inode ${inode}, which alone has it, is of class ${wanted}.`,
  ],
};
