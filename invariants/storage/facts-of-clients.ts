import type { FactsOf } from '../../src/index.ts';
import { spanMs, text, who } from '../raft/fact-words.ts';

const lostWrite: FactsOf = ({ nodes, values: { inode, from, to, lost, found } }) => [
  `A write (${lost}) of the bytes ${from} to ${to} of inode ${inode} was acknowledged before ${who(nodes)} could begin to look.`,
  `Its read finds something older there: ${found}.`,
];

/** Violations that clients see. */
export const clientFacts: Readonly<Record<string, FactsOf>> = {
  SB2: ({ nodes, values: { index, committed } }) => [
    `${who(nodes)} is told of entry ${index}.`,
    `What is committed ends with entry ${committed}.`,
  ],
  SE2: ({ nodes, values: { kind, index, knownBefore, reply, canonical } }) =>
    knownBefore === undefined
      ? [
          `${who(nodes)} is told that its ${kind} took effect at entry ${index}, with the answer ${text(reply)}.`,
          `The committed log gives ${text(canonical)} there.`,
        ]
      : [
          `${who(nodes)} is told that its ${kind} took effect at entry ${index}.`,
          `Some client knew entry ${knownBefore} to be done before that call was made.`,
        ],
  SE7: ({ nodes, values: { inode, operation: _, ...told } }) => [
    `${who(nodes)} is told this of inode ${inode}: ${text(told)}.`,
    'What made it untrue was over before it asked, or it never was true.',
  ],
  SE8: ({ nodes, values: { index, knownBefore } }) => [
    `${who(nodes)} is answered from the tables of entry ${index}.`,
    `Some client knew entry ${knownBefore} to be done before that question was asked.`,
  ],
  SE9: ({ nodes, values: { of, changed, operation: _, ...query } }) => [
    `${who(nodes)} answers ${text(query)} out of its cache, as it was at entry ${of}.`,
    `Entry ${changed} changed that, for an operation that was over before this one began.`,
  ],
  SE12: ({ nodes, values: { do: what, entries } }) => [
    `${who(nodes)} is told that its ${text(what)} is done.`,
    `No entry of the committed log did it. What it asked for, and the entries it was told: ${text(entries)}.`,
  ],
  SE13: ({ nodes, values: { do: what, owed, errno, asked, path, wrong } }) =>
    owed === undefined
      ? [
          `${who(nodes)} is told that a ${text(what)} of ${text(path)} is done.`,
          `That cannot be: the name is ${text(wrong)}.`,
        ]
      : [
          `${who(nodes)} asks for a ${text(what)} with numbers that no file can have, which is ${text(owed)}.`,
          `It is told ${text(errno)}, and the masters were asked for: ${text(asked)}.`,
        ],
  SB6: ({ nodes, values: { do: what, server, index, state } }) => [
    `${who(nodes)} is told that its ${text(what)} of server ${server} is done by entry ${index}.`,
    state === ''
      ? 'The committed log knows no such server there.'
      : `The committed log has that server there, and it is ${text(state)}.`,
  ],
  SE14: ({ nodes, values: { inode, purge, do: what, operation } }) => [
    `Operation ${purge}, a purge of inode ${inode}, is told that it is done.`,
    `${who(nodes)} asks for a ${text(what)} after that (operation ${operation}), and is told of that inode as of one that is there.`,
  ],
  SH9: ({ nodes, values: { do: what, errno, inARow } }) => [
    "Everything works again, and old leases and lost servers stand in nobody's way any more.",
    `${who(nodes)} asks for a ${text(what)} and gets ${text(errno)}, the ${inARow}th operation in a row that comes to nothing.`,
  ],
  SD1: ({ nodes, values: { inode, from, to, writer, wrong } }) => [
    `At ${from} to ${to} of inode ${inode}, ${who(nodes)} reads bytes that name the write ${writer}.`,
    `They cannot come from it: ${wrong}.`,
  ],
  SD3: lostWrite,
  SD4: lostWrite,
  SD9: ({ nodes, values: { inode, from, to, lost, found } }) => [
    `A read that was over had found bytes of a write (${lost}) at ${from} to ${to} of inode ${inode}.`,
    `${who(nodes)} begins to read after it, and finds something older there: ${found}.`,
  ],
  SD6: ({ values: { inode, first, second, from, to } }) => [
    `Two appends to inode ${inode} (${first} and ${second}) were acknowledged.`,
    `Both say that they have bytes between ${from} and ${to}.`,
  ],
  SD7: ({ nodes, values: { inode, writer, from, to, cutTo } }) => [
    `Inode ${inode} was cut to ${cutTo} bytes after the write ${writer} was over.`,
    `${who(nodes)} reads bytes of that write at ${from} to ${to}, after the cut.`,
  ],
  SH4: ({ values: { do: what, openUs } }) => [
    `A client began a ${text(what)} ${spanMs(openUs)} ago.`,
    'It has not ended, though its deadline is long over.',
  ],
};
