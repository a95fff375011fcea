import { ByteReader, ByteWriter } from '../common/bytes.ts';
import type { Configuration, Member } from './types.ts';

const writer: ByteWriter = new ByteWriter();

function writeMembers(members: readonly Member[]): void {
  writer.u32(members.length);
  for (const member of members) writer.u32(member);
}

function readMembers(reader: ByteReader): readonly Member[] {
  const count = reader.u32();
  const members: Member[] = [];
  for (let i = 0; i < count; i++) members.push(reader.u32());
  return members;
}

/** The bytes of a configuration, in snapshots and in entries. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  writer.length = 0;
  writeMembers(configuration.voters);
  writeMembers(configuration.outgoing);
  writeMembers(configuration.learners);
  writeMembers(configuration.learnersNext);
  writer.u8(configuration.autoLeave ? 1 : 0);
  return writer.finish();
}

/** The configuration in an entry's data or a snapshot. Throws a RangeError on other bytes. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  const reader = new ByteReader(bytes);
  const voters = readMembers(reader);
  const outgoing = readMembers(reader);
  const learners = readMembers(reader);
  const learnersNext = readMembers(reader);
  const autoLeave = reader.flag();
  reader.close();
  return { voters, outgoing, learners, learnersNext, autoLeave };
}
