import type { FactsOf } from '../../src/index.ts';
import { spanMs, text, who } from '../raft/fact-words.ts';

/** Violations of who is to have a part, who has it, and who gives it. */
export const memberFacts: Readonly<Record<string, FactsOf>> = {
  SA3: ({ nodes, values: { chunk, part, block, version, newest } }) => [
    `${who(nodes)} answers for block ${block} of chunk ${chunk}, part ${part}, with bytes that were written under version ${version}.`,
    `The newest that it has taken in for that block is another: ${text(newest)}.`,
  ],
  SA4: ({ nodes, values: { chunk, part, promised, found } }) => [
    `The disk of ${who(nodes)} had promised part ${part} of chunk ${chunk}: ${text(promised)}.`,
    found === null
      ? 'After its restart it has no such part, and says nothing of it.'
      : `After its restart it has ${text(found)}, and says nothing of it.`,
  ],
  SA5: ({ nodes, values: { chunk, part, promised, found } }) => [
    `The disk of ${who(nodes)} had promised part ${part} of chunk ${chunk}: ${text(promised)}.`,
    `It is damaged, and after its restart that part is in service as it was before: ${text(found)}.`,
  ],
  SA6: ({ nodes, values: { chunk, version, part } }) => [
    `${who(nodes)} finds its part ${part} of chunk ${chunk}, version ${version}, damaged.`,
    'Nothing has befallen its disk: the server itself has written something else, or not all of it.',
  ],
  SA7: ({ nodes, values: { startingUs } }) => [
    `${who(nodes)} runs and its disk works, but for files that cannot be read at most.`,
    `It has been starting for ${spanMs(startingUs)}, and serves nobody.`,
  ],
  SC9: ({ nodes, values: { chunk, fence, floor, erasedFence, forgotten } }) =>
    fence === undefined
      ? [
          `${who(nodes)} has lost what it had promised under fences up to ${forgotten}.`,
          `It takes an order about chunk ${chunk}, and has promised to refuse fences up to ${floor}.`,
        ]
      : [
          `${who(nodes)} has forgotten fences up to ${floor}, and has erased parts of chunk ${chunk} under fences up to ${erasedFence}.`,
          `It makes a part of that chunk anew under fence ${fence}.`,
        ],
  SC10: ({ nodes, values: { chunk, version, fence, committed, members } }) => [
    `Chunk ${chunk} has version ${committed}, with the members ${text(members)}.`,
    `${who(nodes)} is one of them, and begins version ${version} under fence ${fence} with nothing in it.`,
  ],
  SF9: ({ nodes, values: { chunk, position, source, to, members } }) => [
    `The members of chunk ${chunk} are ${text(members)}: one part is on no server, or on one that is long lost.`,
    `${who(nodes)} has part ${position} moved from server ${source}, where it is well, to server ${to}.`,
  ],
  SF11: ({ nodes, values: { chunk, from, to, fuller, emptier } }) => [
    `${who(nodes)} has a part of chunk ${chunk}, which is well, moved from server ${from} to server ${to}, and it keeps the caps of its class no better there.`,
    `Server ${to} will be full to ${fuller} per cent then, and server ${from} to ${emptier}.`,
  ],
  SC15: ({ nodes, values: { chunk, version, part, block } }) => [
    `${who(nodes)} tells that it has made part ${part} of chunk ${chunk}, version ${version}.`,
    `Its disk gives other bytes for block ${block} than that part has there.`,
  ],
  SC5: ({ nodes, values: { after, chunk, version, members, intact, needed } }) => [
    `The members of chunk ${chunk}, version ${version}, are ${text(members)}; it takes ${needed} of them to read it.`,
    `After a record of kind ${text(after)} in the journal of ${who(nodes)}, the whole parts that all journals tell of are ${intact}.`,
  ],
  SC7: ({ nodes, values: { chunk, version, formed } }) => [
    `Version ${formed} of chunk ${chunk} was formed without ${who(nodes)}, and something was written under it.`,
    `${who(nodes)} answers a reader, for version ${version}.`,
  ],
  SC8: ({ nodes, values: { chunk, version, position, members } }) => [
    `An entry makes ${nodes[1] ?? 'a server'} a member of chunk ${chunk}, version ${version}, at position ${position}: ${text(members)}.`,
    'Its journal has no whole part of that version for that position.',
  ],
  SC12: ({ nodes, values: { chunk, version, members, block, servers } }) => [
    `By an entry that ${who(nodes)} commits chunk ${chunk}, version ${version}, counts as settled, with the members ${text(members)}, and nothing was written since.`,
    `By their journals the replicas on servers ${text(servers)} differ in block ${block}.`,
  ],
  SC14: ({ nodes, values: { chunk, version, block, server } }) => [
    `${who(nodes)} gives a client block ${block} of chunk ${chunk}, version ${version}, as its last write left it.`,
    `Server ${server} is a member and works, and that write is not on its disk.`,
  ],
  SD8: ({ nodes, values: { chunk, version, block, position } }) => [
    `Nobody writes chunk ${chunk}, version ${version}, and what lies on ${who(nodes)} for block ${block} at position ${position} is whole.`,
    'It is not what follows from the other parts.',
  ],
  SF7: ({ nodes, values: { chunk, version, position } }) => [
    `${nodes[1] ?? 'A server'} works, and has part ${position} of chunk ${chunk}, version ${version}, whole on its disk.`,
    'An entry gives that part up, and no server has taken its place.',
  ],
  SF5: ({ nodes, values: { chunk, version, part, dueUs } }) => [
    `Part ${part} of chunk ${chunk}, version ${version}, on ${who(nodes)} is damaged.`,
    `Everything has worked for ${spanMs(dueUs)} and longer, and it counts as sound still.`,
  ],
  SF3: ({ nodes, values: { chunk, members, overtaken, waitsUs, by } }) => [
    `Chunk ${chunk} can lose nothing more, with the members ${text(members)}, and has waited ${spanMs(waitsUs)} for a repair for which there is a place.`,
    `${who(nodes)} has begun ${overtaken} repairs of chunks that can lose more meanwhile, the last one of chunk ${by}.`,
  ],
  SH2: ({ values: { chunk, version, members, position, to, dueUs } }) => [
    `Everything has worked for ${spanMs(dueUs)} and longer, and chunk ${chunk}, version ${version}, exceeds the caps of its class: ${text(members)}.`,
    `With part ${position} on server ${to} it would exceed them by less.`,
  ],
  SH8: ({ nodes, values: { chunk, way, server, bytes, tokens, rate } }) => [
    `${who(nodes)} orders ${bytes} bytes of chunk ${chunk} ${way} server ${server}, though that chunk may lose more parts still.`,
    `At ${rate} bytes per second and with what it ordered before, ${tokens} bytes are left.`,
  ],
  SH14: ({ nodes, values }) =>
    values.open === undefined
      ? [
          `${who(nodes)}, who led term ${values.term}, has begun ${values.purpose} for which ${values.bytes} bytes of chunk ${values.chunk} went ${values.way} server ${values.server}, though that chunk could lose more parts still.`,
          `At ${values.rate} bytes per second, and by what went that way for what it had begun before, ${values.tokens} bytes were left when it did.`,
        ]
      : [
          `${who(nodes)} has asked for ${values.open} parts of chunk ${values.chunk}, version ${values.version}, and waits for all of them.`,
          `It takes ${values.needed} to read the chunk.`,
        ],
  SF4: ({ nodes, values: { chunk, version } }) => [
    `${who(nodes)} was to make a copy of chunk ${chunk}, version ${version}.`,
    'What it has made is not, block by block, what any other replica of that version has.',
  ],
  SF8: ({ values: { chunk, position, to } }) => [
    `Other servers have worked for a while, and with them chunk ${chunk} would keep all caps of its class.`,
    `Part ${position} is to go to server ${to}, which breaks a cap.`,
  ],
  SF12: ({ values: { members, beyond, able } }) => [
    `These servers have worked for a while and have room, and on some of them all caps would be kept: ${text(able)}.`,
    `Parts are placed on servers ${text(members)} for the first time, with too many in ${text(beyond)}.`,
  ],
  SF10: ({ values: { inode, chunkIndex, able } }) => [
    `A write to chunk ${chunkIndex} of inode ${inode} is refused for want of places.`,
    `These servers have worked for a while and have room, and on some of them its parts would keep all caps of its class: ${text(able)}.`,
  ],
  SH10: ({ values: { chunk, members, times } }) => [
    `The chain of chunk ${chunk} was formed anew ${times} times, with ${members} members each time.`,
    'No write came through in between.',
  ],
  SH7: ({ values: { chunk, version, position, plans } }) => [
    `Everything works again, and one part of a version needs to be made anew once.`,
    `Part ${position} of chunk ${chunk}, version ${version}, was planned ${plans} times.`,
  ],
};
