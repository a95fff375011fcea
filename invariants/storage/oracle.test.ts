import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Command, Envelope } from '../../src/systems/storage/metadata/command.ts';
import { encodeEnvelope } from '../../src/systems/storage/metadata/command-codec.ts';
import type { MetadataMachine } from '../../src/systems/storage/metadata/machine.ts';
import { makers, Picker } from '../../src/systems/storage/metadata/random-commands.ts';
import type { Reply } from '../../src/systems/storage/metadata/reply.ts';
import { Rig, tinySettings } from '../../src/systems/storage/metadata/test-rig.ts';
import { namesDisagreement } from './names-agree.ts';
import { MetadataOracle } from './oracle.ts';

/** A rig whose entries an oracle takes as well, and judges one by one. */
class WatchedRig extends Rig {
  readonly oracle: MetadataOracle = new MetadataOracle(tinySettings);

  override send(session: number, sequence: number, oldest: number, command: Command): Reply {
    const { machine, timeUs } = this;
    const reply = super.send(session, sequence, oldest, command);
    this.take({ session, sequence, oldest, timeUs, command });
    expect(this.oracle.at(machine.applied)!.hash).toBe(machine.hash());
    return reply;
  }

  take(envelope: Envelope): void {
    const { oracle } = this;
    oracle.begin();
    const data = encodeEnvelope(envelope);
    oracle.take({ term: 1, index: oracle.last + 1, kind: 'command', data });
    oracle.end();
  }
}

const leaders = new Set(
  'commit reform expire recover drop convert converted move erase done server register remove tick region watermark session'.split(
    ' ',
  ),
);
const names = 'create link unlink rename clone trash setattr truncate append open close tick leave';
const mix = Object.keys(makers)
  .filter((maker) => maker !== 'watermark')
  .concat(names.split(' '), names.split(' '));
const steps = fc.array(
  fc.record({
    maker: fc.constantFrom(...mix),
    session: fc.nat(),
    timeUs: fc.nat(20),
    picks: fc.array(fc.nat(5_039), { minLength: 8, maxLength: 8 }),
  }),
  { minLength: 60, maxLength: 160, size: 'max' },
);

function sessionFor(machine: MetadataMachine, drawn: number): number {
  const sessions = machine.state.sessions.keys();
  return sessions[drawn % (sessions.length + 1)] ?? 0;
}

it('agrees with the state machine on names, links, lengths and open files, whatever is asked', () => {
  const succeeded = new Set<string>();
  fc.assert(
    fc.property(steps, (drawn) => {
      const rig = furnished();
      for (const { maker, session, timeUs, picks } of drawn) {
        const { machine, oracle } = rig;
        rig.timeUs += timeUs;
        const command = makers[maker]!(new Picker(rig, picks), rig);
        const of = leaders.has(maker) ? 0 : sessionFor(machine, session);
        const sequence = of === 0 ? 0 : (machine.state.sessions.get(of)?.oldest ?? 0) + 1;
        const reply = rig.send(of, sequence, sequence, command);
        if (reply.kind !== 'error') succeeded.add(command.kind);
        expect([oracle.at(oracle.last)!.complaint, command, reply]).toEqual(['', command, reply]);
        expect(namesDisagreement(oracle)).toBeUndefined();
      }
    }),
    { numRuns: 150, seed: 7, endOnFailure: true },
  );
  for (const kind of ['rename', 'clone', 'restore-trash', 'remove-snapshot', 'append', 'rmdir']) {
    expect(succeeded).toContain(kind);
  }
});

/** Classes, servers and a session, as `Rig.furnished` makes them, seen by the oracle. */
function furnished(): WatchedRig {
  const rig = new WatchedRig();
  const session = rig.session();
  const keep = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null };
  rig.ask(session, { kind: 'setattr', inode: 1, ...keep, trashUs: 300 });
  return rig;
}
