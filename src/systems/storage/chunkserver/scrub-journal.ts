import type { DiskError } from '../../../sim/disk-contract.ts';
import { diskIn } from '../../common/directory-disk.ts';
import { readDirectory } from '../../common/read-directory.ts';
import { recover } from '../../raft/recovery.ts';
import { journalDirectory } from './journal.ts';
import type { ServerCore } from './server-core.ts';

/**
 * Reads the journal as the next start would. What has rotted in it, or cannot be read, is in memory
 * still, and in the files: so it begins anew, and the next checkpoint drops what was before. Else the
 * next start would hold for lost what the files have. Should files come and go under this look, or
 * trouble with reading pass, it is done for nothing.
 */
export function scrubJournal({ env, journal, table }: ServerCore): void {
  const beginAnew = (): void => {
    env.probe('journal begun anew');
    journal.beginSegment();
    // It says nothing new, but is something to be written, and to be cut behind.
    journal.append(0, { kind: 'floor', fence: table.floor }, laterAgain);
  };
  const failed = ({ operation }: DiskError): void => {
    if (operation === 'list') laterAgain();
    else beginAnew();
  };
  const all = (): boolean => true;
  readDirectory(diskIn(env.disk, journalDirectory), all, failed, (files) => {
    if (recover(files).verdict !== 'whole') beginAnew();
  });
}

/** What fails is looked at in the next cycle. */
function laterAgain(): void {}
