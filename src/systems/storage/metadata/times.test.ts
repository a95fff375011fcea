import { expect, test } from 'vitest';
import { Rig } from './test-rig.ts';

test('a file that is overwritten in place is dated when its lease is taken and given back', () => {
  const rig = Rig.furnished();
  const session = rig.session();
  const inode = rig.file(session, 'a');
  const mtimeUs = () => rig.machine.state.inodes.get(inode)!.mtimeUs;
  for (let round = 0; round < 2; round++) {
    rig.timeUs += 1_000;
    const { fence } = rig.write(session, inode, 0);
    expect(mtimeUs()).toBe(rig.timeUs);
    rig.timeUs += 1_000;
    rig.ask(session, { kind: 'release-write', inode, index: 0, fence });
    expect(mtimeUs()).toBe(rig.timeUs);
  }
});
