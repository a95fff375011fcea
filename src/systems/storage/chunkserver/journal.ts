import type { Disk } from '../../../sim/disk-contract.ts';
import { type JournalFormat, RecordJournal } from '../../raft/record-journal.ts';
import type { DataFault } from '../messages/data-messages.ts';
import {
  type Checkpoint,
  encodeCheckpoint,
  encodeRecord,
  type JournalRecord,
} from './journal-format.ts';

/** The directory of the journal. */
export const journalDirectory: string = 'journal';

const format: JournalFormat<JournalRecord, Checkpoint, DataFault> = {
  segmentBytes: 32_768,
  encodeRecord,
  encodeCheckpoint,
  faultOf: ({ code }) => (code === 'ENOSPC' ? 'full' : 'disk-error'),
};

/** The journal of a chunkserver: each record is about a chunk. */
export class Journal extends RecordJournal<JournalRecord, Checkpoint, DataFault> {
  /**
   * @param disk the directory of the journal
   * @param play takes a durable record in; called before `done` of that record
   */
  constructor(
    disk: Disk,
    drawSalt: (sequence: number) => number,
    play: (record: JournalRecord, index: number) => void,
  ) {
    super(disk, drawSalt, format, play);
  }
}
