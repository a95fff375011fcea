import { describe, expect, it } from 'vitest';
import orchestratorCalm from '../../scenarios/orchestrator-calm.ts';
import orchestratorStorm from '../../scenarios/orchestrator-storm.ts';
import raftPartitions from '../../scenarios/raft-partitions.ts';
import storageConversions from '../../scenarios/storage-conversions.ts';
import storageDrain from '../../scenarios/storage-drain.ts';
import storageDrainAndLoss from '../../scenarios/storage-drain-and-loss.ts';
import storageFullDisks from '../../scenarios/storage-full-disks.ts';
import storageLastWhole from '../../scenarios/storage-last-whole.ts';
import storageLateOrders from '../../scenarios/storage-late-orders.ts';
import storageLateReports from '../../scenarios/storage-late-reports.ts';
import storageLeases from '../../scenarios/storage-leases.ts';
import storageMetaloggers from '../../scenarios/storage-metaloggers.ts';
import storageMirror from '../../scenarios/storage-mirror.ts';
import storageNarrowRepairs from '../../scenarios/storage-narrow-repairs.ts';
import storageRebuilds from '../../scenarios/storage-rebuilds.ts';
import storageRot from '../../scenarios/storage-rot.ts';
import storageRottenJournals from '../../scenarios/storage-rotten-journals.ts';
import storageRottenSnapshots from '../../scenarios/storage-rotten-snapshots.ts';
import storageSlowChains from '../../scenarios/storage-slow-chains.ts';
import storageStorm from '../../scenarios/storage-storm.ts';
import { run, type Scenario } from '../../src/index.ts';

interface Pinned {
  readonly name: string;
  readonly scenario: Scenario;
  readonly seeds: readonly {
    readonly seed: number;
    /** The rung that broke. */
    readonly rung: string;
    readonly when: string;
  }[];
}

/** Seeds that were red once, by a bug of a system or of a rung. */
const pinned: readonly Pinned[] = [
  {
    scenario: raftPartitions,
    name: 'raft-partitions',
    seeds: [
      {
        seed: 305949001216,
        rung: 'I56',
        when: 'heartbeats of an earlier term of the same leader counted as heard',
      },
    ],
  },
  {
    scenario: storageLateReports,
    name: 'storage-late-reports',
    seeds: [
      {
        seed: 643194000036,
        rung: 'SG3',
        when: 'a late beat of an earlier life shut the later one out, where a new leader heard that first',
      },
      {
        seed: 918273000006,
        rung: 'SC12',
        when: 'a recovery went on without who had most, from whom one member had taken over all the same',
      },
    ],
  },
  {
    scenario: storageRot,
    name: 'storage-rot',
    seeds: [
      {
        seed: 95,
        rung: 'SC8',
        when: 'what rotted while its server started counted as never there',
      },
    ],
  },
  {
    scenario: storageMetaloggers,
    name: 'storage-metaloggers',
    seeds: [
      {
        seed: 75720000025,
        rung: 'I45',
        when: 'a log that reaches back behind what the checker remembers counted as another one',
      },
    ],
  },
  {
    scenario: storageStorm,
    name: 'storage-storm',
    seeds: [
      {
        seed: 694,
        rung: 'SD3',
        when: 'a client counted its writes from 1 again under a fence that had stayed',
      },
      {
        seed: 1819,
        rung: 'SA6',
        when: 'files were brought up to a journal that only the cache of a killed server had',
      },
      { seed: 31013, rung: 'SH9', when: 'two handles were told of what an unlock had lost' },
      { seed: 733, rung: 'SC6', when: 'a segment counted as promised before its name was' },
      {
        seed: 1085,
        rung: 'SB4',
        when: 'a metalogger believed a sync of what an earlier life could not sync',
      },
      { seed: 34, rung: 'SE3', when: 'a client asked beyond its window of requests' },
      { seed: 42, rung: 'SD1', when: 'where two writes meet, bytes looked like those of a third' },
      { seed: 156, rung: 'SG3', when: 'garbage in quarantine stayed for ever' },
      {
        seed: 230,
        rung: 'SG3',
        when: 'a fragment with two names is erased by two plans, one report apart',
      },
      {
        seed: 1265,
        rung: 'I1',
        when: 'a leader that founds a cluster and is refused asked again at once, without end',
      },
      {
        seed: 1284,
        rung: 'SD4',
        when: 'who waited for a flush that failed was told that all is well',
      },
      {
        seed: 1332,
        rung: 'SH3',
        when: 'a session that was opened a moment ago counted as left over',
      },
      {
        seed: 1366,
        rung: 'SF8',
        when: 'a move was judged by tables that its leader could not know yet',
      },
      {
        seed: 697,
        rung: 'SC7',
        when: 'a server that came back served what had gone on without it',
      },
      { seed: 170, rung: 'SE11', when: 'any request counted as a renewal of the session' },
      {
        seed: 415,
        rung: 'SA3',
        when: 'writes that a restart had lost lawfully counted as taken in',
      },
      {
        seed: 168,
        rung: 'SA4',
        when: 'an erasure that was written and not synced outlived its process',
      },
      {
        seed: 199,
        rung: 'SH3',
        when: 'a master that was taken out unseated leaders without pre-votes',
      },
      {
        seed: 6018,
        rung: 'SH9',
        when: 'a metalogger that was made a voter led, and no client ever asked it',
      },
      {
        seed: 428,
        rung: 'SG4',
        when: 'checksums rotted while a server started, and the judge had read them before',
      },
      {
        seed: 20038,
        rung: 'SH9',
        when: 'a master that was taken out of the group was asked for ever',
      },
    ],
  },
  {
    scenario: storageConversions,
    name: 'storage-conversions',
    seeds: [
      {
        seed: 4,
        rung: 'SH13',
        when: 'a chunk that a removed clone had shared was in no file for the leader',
      },
      {
        seed: 244633000035,
        rung: 'I45',
        when: 'a log was read anew from before all that the judge remembered, and counted as cut',
      },
    ],
  },
  {
    scenario: storageDrain,
    name: 'storage-drain',
    seeds: [
      { seed: 15, rung: 'SG3', when: 'an older version beside the present one on a member stayed' },
    ],
  },
  {
    scenario: storageMirror,
    name: 'storage-mirror',
    seeds: [
      {
        seed: 502913000008,
        rung: 'SM6',
        when: 'under load a snapshot always met a lease that nobody gave back',
      },
      {
        seed: 940415000051,
        rung: 'SM6',
        when: 'a snapshot that was held up was given up before the last writer was done',
      },
    ],
  },
  {
    scenario: storageLeases,
    name: 'storage-leases',
    seeds: [
      {
        seed: 40292000006,
        rung: 'SG3',
        when: 'a part of a grant that was given up stayed beside the one that the chunk has',
      },
    ],
  },
  {
    scenario: storageSlowChains,
    name: 'storage-slow-chains',
    seeds: [
      {
        seed: 19,
        rung: 'SD9',
        when: 'a reader was sent to the end of a chain that had been left out since',
      },
    ],
  },
  {
    scenario: storageLastWhole,
    name: 'storage-last-whole',
    seeds: [
      {
        seed: 8,
        rung: 'SC5',
        when: 'the last replica of a chunk that went on without the whole one was found to have rotted',
      },
      {
        seed: 1,
        rung: 'SD2',
        when: 'a chunk went on with two replicas that had rotted, and the whole one was left out',
      },
    ],
  },
  {
    scenario: storageNarrowRepairs,
    name: 'storage-narrow-repairs',
    seeds: [
      {
        seed: 5,
        rung: 'SH14',
        when: 'a rebuild was charged for one part and took in as many as its code needs',
      },
      {
        seed: 5001,
        rung: 'SF3',
        when: 'a repair that a full log did not take waited, and others went past it',
      },
      {
        seed: 567659000009,
        rung: 'SF8',
        when: 'a part beyond a cap went to an emptier server, beyond another cap',
      },
    ],
  },
  {
    scenario: storageFullDisks,
    name: 'storage-full-disks',
    seeds: [
      { seed: 49, rung: 'SE11', when: 'the fence of a recovery counted as the lease of a writer' },
      { seed: 131, rung: 'SF10', when: 'room was counted that no beat had told of yet' },
    ],
  },
  {
    scenario: storageDrainAndLoss,
    name: 'storage-drain-and-loss',
    seeds: [
      {
        seed: 771123,
        rung: 'SF9',
        when: 'a part moved to a better place while another one waited to be made anew',
      },
    ],
  },
  {
    scenario: storageLateOrders,
    name: 'storage-late-orders',
    seeds: [
      {
        seed: 771113,
        rung: 'SF7',
        when: 'two reports that were late counted as one after another',
      },
    ],
  },
  {
    scenario: storageRebuilds,
    name: 'storage-rebuilds',
    seeds: [
      { seed: 771124, rung: 'SH1', when: 'a journal had rotted that nobody reads before a start' },
    ],
  },
  {
    scenario: storageRottenJournals,
    name: 'storage-rotten-journals',
    seeds: [
      {
        seed: 659102000008,
        rung: 'SD2',
        when: 'a chunk was left to the member that had most and had just fallen silent',
      },
      { seed: 771120, rung: 'SC8', when: 'a disk had lost since what its server had said it has' },
    ],
  },
  {
    scenario: storageRottenSnapshots,
    name: 'storage-rotten-snapshots',
    seeds: [{ seed: 771102, rung: 'SF8', when: 'a part that is bad counted for the caps' }],
  },
  {
    scenario: orchestratorCalm,
    name: 'orchestrator-calm',
    seeds: [
      { seed: 28, rung: 'L5', when: 'a secret counted as there after the worker had forgotten it' },
      { seed: 39, rung: 'L6', when: 'a lost delta was hidden by younger ones' },
    ],
  },
  {
    scenario: orchestratorStorm,
    name: 'orchestrator-storm',
    seeds: [
      { seed: 1, rung: 'L6', when: 'a lost delta was hidden by younger ones' },
      {
        seed: 501617000038,
        rung: 'S13',
        when: 'a worker kept the value of a secret for a task that had ended',
      },
      { seed: 199, rung: 'I1', when: 'a secret reached a leader whose office was not open yet' },
      { seed: 224, rung: 'S13', when: 'a leader was judged by entries that it had not applied' },
      { seed: 52, rung: 'L13R', when: 'two copies of a question got two challenges for ever' },
      {
        seed: 77,
        rung: 'S19',
        when: 'the old task went for a new one that went too, as the node of another was back',
      },
      { seed: 208, rung: 'L5', when: 'a container had ended just now' },
      { seed: 504, rung: 'S32A', when: 'a claim was given back before the end was reported' },
      {
        seed: 620,
        rung: 'S18',
        when: 'a port went to a machine that still ran what had been given up with it',
      },
      { seed: 631, rung: 'L5', when: 'renewals that were asked for anew filled the log' },
      { seed: 821, rung: 'S19', when: 'a way back stopped the new task beside an old one' },
      { seed: 886, rung: 'L12', when: 'a worker gave no claim back of which it had never heard' },
      { seed: 922, rung: 'S15', when: 'blue/green went from a revision to the same one' },
      { seed: 968, rung: 'S19', when: 'a way back stopped the new task beside an old one' },
      {
        seed: 1099,
        rung: 'L5',
        when: 'the old task of a slot waited for ever beside a new one that was given up',
      },
      { seed: 1980, rung: 'L12', when: 'the task of a claim had gone just now' },
      { seed: 1107, rung: 'L3S', when: 'a barrier was dated by the clock of an earlier life' },
      { seed: 1179, rung: 'L7', when: 'a wall clock that jumped a day took the log with it' },
    ],
  },
];

describe.each(pinned)('$name', ({ scenario, seeds }) => {
  it.each(seeds)('$seed holds: $rung broke when $when', { timeout: 120_000 }, async ({ seed }) => {
    const { violation, verdict } = await run(scenario, { seed });
    expect(violation).toBeUndefined();
    expect(verdict).not.toBe('broken');
  });
});
