import type { FragmentName } from '../block-checksum.ts';
import type { DataFault } from '../messages/data-messages.ts';
import type { ServerCore } from './server-core.ts';

/** Brings a fragment to its files and reads these: what was made counts only when it can be read. */
export function readBack(
  core: ServerCore,
  name: FragmentName,
  done: (fault: DataFault | null) => void,
): void {
  const fragment = core.lookUp(name);
  if (typeof fragment === 'string') {
    done(fragment);
    return;
  }
  core.checkpoints.flush(fragment, (error) => {
    if (error !== null) {
      done(error.code === 'ENOSPC' ? 'full' : 'disk-error');
      return;
    }
    core.files.read(fragment, 0, fragment.blocks.length, (fault) => {
      if (fault === 'bad') core.quarantine(fragment, 'what was written does not read back');
      done(fault);
    });
  });
}
