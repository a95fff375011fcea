import fc, { type Arbitrary } from 'fast-check';
import type { DiskFaultMode, Fault, FaultKind, HandFaultKind } from '../../sim/fault-plan.ts';
import type { Config } from '../../sim/system-definition.ts';
import type { Aim } from './moments.ts';

const ms = 1_000;
const second = 1_000_000;
const flat = { noNullPrototype: true } as const;

/** Draws the faults of one family. Undefined when the drawn settings leave nothing to draw. */
export type FamilyArbitrary = (aim: Aim, config: Config) => Arbitrary<Fault> | undefined;

/** Times of every order of magnitude between two bounds alike. */
function lasting(leastUs: number, mostUs: number): Arbitrary<number> {
  const middleUs = Math.min(mostUs, Math.max(leastUs, Math.trunc(Math.sqrt(leastUs * mostUs))));
  return fc.oneof(
    fc.integer({ min: leastUs, max: middleUs }),
    fc.integer({ min: middleUs, max: mostUs }),
  );
}

function perMillion(...values: readonly number[]): Arbitrary<number> {
  return fc.constantFrom(...values);
}

const directions = fc.constantFrom('both' as const, 'inbound' as const, 'outbound' as const);
/** Who is heard in time and hears the others late. */
const mostlyInbound = fc.constantFrom(
  'both' as const,
  'inbound' as const,
  'inbound' as const,
  'outbound' as const,
);
/** Half of the cuts are one-way: what still comes in keeps up what nobody outside believes any more. */
const halfBoth = fc.constantFrom(
  'both' as const,
  'both' as const,
  'inbound' as const,
  'outbound' as const,
);

/**
 * Most troubles are over while the storm goes on; some last until all is healed, so that the others
 * have to do without whom they strike, for as long as it takes.
 */
function mostly(leastUs: number, mostUs: number): Arbitrary<number> {
  return fc.oneof(
    { weight: 7, arbitrary: lasting(leastUs, mostUs) },
    { weight: 1, arbitrary: fc.integer({ min: mostUs, max: wholeStormUs }) },
  );
}

/** Longer than most storms. */
const wholeStormUs = 8 * second;

/** A third of the partitions isolate the target; long ones are as likely as short ones. */
const partition: FamilyArbitrary = partitionWith(3);

/** Most partitions isolate the target: for storms that are about that one node. */
export const isolation: FamilyArbitrary = partitionWith(18);

/** @param isolating weight of the target's isolation beside that of all other shapes, 6 */
function partitionWith(isolating: number): FamilyArbitrary {
  return (aim) =>
    fc.record(
      {
        kind: fc.constant('partition' as const),
        when: aim.when,
        durationUs: mostly(300 * ms, 4 * second),
        shape: fc.oneof(
          { weight: isolating, arbitrary: fc.constant('isolate' as const) },
          {
            weight: 6,
            arbitrary: fc.constantFrom(
              'halves' as const,
              'minority' as const,
              'bridge' as const,
              'ring' as const,
              'one-link' as const,
              'shatter' as const,
            ),
          },
        ),
        target: aim.target,
        direction: halfBoth,
        flapUs: fc.oneof(
          { weight: 4, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.integer({ min: 40 * ms, max: 800 * ms }) },
        ),
        arrangement: fc.integer({ min: 0, max: 65_535 }),
        // Late news of those who are out of reach by now.
        sparesUnderWay: fc.constantFrom(false, true, true),
      },
      flat,
    );
}

/** Links that are late and nothing else: who is heard late keeps its role, and what it believes. */
export const lateness: FamilyArbitrary = (aim, config) => {
  const late = fc.record(
    {
      kind: fc.constant('degrade' as const),
      when: aim.when,
      durationUs: lasting(300 * ms, 4 * second),
      target: aim.target,
      all: fc.constant(false),
      lossPerMillion: fc.constant(0),
      duplicatePerMillion: fc.constant(0),
      reorderPerMillion: fc.constant(0),
      corruptPerMillion: fc.constant(0),
      extraLatencyUs: perMillion(30 * ms, 100 * ms, 100 * ms, 250 * ms),
      serversOnly: fc.boolean(),
      direction: mostlyInbound,
    },
    flat,
  );
  const worse = degrade(aim, config);
  return worse === undefined
    ? late
    : fc.oneof({ weight: 4, arbitrary: late }, { weight: 1, arbitrary: worse });
};

const degrade: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('degrade' as const),
      when: aim.when,
      durationUs: lasting(300 * ms, 4 * second),
      target: aim.target,
      all: fc.boolean(),
      lossPerMillion: perMillion(0, 20_000, 100_000, 300_000),
      duplicatePerMillion: perMillion(0, 50_000, 300_000),
      reorderPerMillion: perMillion(0, 100_000, 500_000),
      corruptPerMillion: perMillion(0, 10_000),
      // Beyond an election time-out answers outlive the term that they belong to.
      extraLatencyUs: perMillion(0, 5 * ms, 30 * ms, 100 * ms, 250 * ms, 250 * ms),
      // Who is served fast by a node that hears its peers late, sees what it has missed.
      serversOnly: fc.boolean(),
      // A leader that is heard in time keeps the role though it hears the others late.
      direction: halfBoth,
    },
    flat,
  );

const clog: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('clog' as const),
      when: aim.when,
      durationUs: lasting(100 * ms, 1_500 * ms),
      target: aim.target,
      direction: directions,
      serversOnly: fc.boolean(),
    },
    flat,
  );

/** Families that have nothing but a target and a duration. */
function plain(
  kind: 'zone-power-loss' | 'stall' | 'suspend' | 'wipe' | 'clock-freeze' | 'transfer',
  leastUs: number,
  mostUs: number,
): FamilyArbitrary {
  return (aim) =>
    fc.record(
      {
        kind: fc.constant(kind),
        when: aim.when,
        durationUs: lasting(leastUs, mostUs),
        target: aim.target,
      },
      flat,
    );
}

/** A machine comes back at once, later, or not at all while it storms. */
function mortal(kind: 'kill' | 'power-loss'): FamilyArbitrary {
  return (aim) =>
    fc.record(
      {
        kind: fc.constant(kind),
        when: aim.when,
        durationUs: mostly(5 * ms, 1_500 * ms),
        target: aim.target,
      },
      flat,
    );
}

/**
 * Half of the pauses come in the middle of a question: what the answers say is old when it is read,
 * and much may have happened since.
 */
export const pauseMidway: FamilyArbitrary = (aim) => {
  const kind = fc.constant('stall' as const);
  const durationUs = lasting(50 * ms, 2 * second);
  const anytime = fc.record({ kind, when: aim.when, durationUs, target: aim.target }, flat);
  if (aim.asked === undefined) return anytime;
  const target = fc.record({ role: fc.constant('@event') }, flat);
  return fc.oneof(anytime, fc.record({ kind, when: aim.asked, durationUs, target }, flat));
};

/**
 * Half of the time a bare majority has to do, perhaps to the end of the storm: what the others know
 * is not there. Half of the outages come when a leader has just won, for then logs differ most.
 */
const wholeCluster: FamilyArbitrary = (aim) => {
  const base = {
    kind: fc.constant('whole-cluster' as const),
    when: fc.oneof(aim.when, aim.turn),
    powerLoss: fc.boolean(),
    linksToo: fc.boolean(),
  };
  const majority = fc.record(
    { afterUs: lasting(5 * ms, 300 * ms), arrangement: fc.integer({ min: 0, max: 65_535 }) },
    flat,
  );
  return fc.oneof(
    fc.record({ ...base, durationUs: lasting(5 * ms, 600 * ms) }, flat),
    fc.record({ ...base, durationUs: lasting(1 * second, wholeStormUs), majority }, flat),
  );
};

const restartLoop: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('restart-loop' as const),
      when: aim.when,
      durationUs: lasting(200 * ms, 2 * second),
      target: aim.target,
      upUs: lasting(1 * ms, 500 * ms),
      powerLoss: fc.boolean(),
    },
    flat,
  );

const slow: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('slow' as const),
      when: aim.when,
      durationUs: lasting(300 * ms, 3 * second),
      target: aim.target,
      delayUs: lasting(2 * ms, 150 * ms),
    },
    flat,
  );

/** Steps back are as likely as steps forward, from a millisecond to a day. */
const clockStep: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('clock-step' as const),
      when: aim.when,
      durationUs: fc.constant(second),
      target: aim.target,
      stepUs: fc.oneof(
        fc.integer({ min: -second, max: second }),
        fc.constantFrom(-86_400 * second, -3_600 * second, 3_600 * second, 86_400 * second),
      ),
    },
    flat,
  );

/** Drift up to the bound that the run declares, mostly at the bound itself. */
const clockDrift: FamilyArbitrary = (aim, config) => {
  const bound = Number(config['clock.driftPpm'] ?? 0);
  if (bound === 0) return undefined;
  return fc.record(
    {
      kind: fc.constant('clock-drift' as const),
      when: aim.when,
      durationUs: lasting(500 * ms, 4 * second),
      target: aim.target,
      partsPerMillion: fc.constantFrom(-bound, bound, -(bound >> 1), bound >> 1),
    },
    flat,
  );
};

/** Drift beyond any bound that a component could count on. */
export const wildDrift: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('clock-drift' as const),
      when: aim.when,
      durationUs: lasting(500 * ms, 4 * second),
      target: aim.target,
      partsPerMillion: fc.constantFrom(-500_000, -200_000, 200_000, 1_000_000),
    },
    flat,
  );

/** Long enough to matter, and for errors sometimes a moment only, so that the next try succeeds. */
function disk(mode: DiskFaultMode, leastUs: number, mostUs: number): FamilyArbitrary {
  return (aim) =>
    fc.record(
      {
        kind: fc.constant('disk' as const),
        when: aim.when,
        durationUs: lasting(leastUs, mostUs),
        target: aim.target,
        mode: fc.constant(mode),
        perMillion: perMillion(1_000_000, 300_000, 50_000),
        file: fc.constant(''),
      },
      flat,
    );
}

const bitFlip: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('bit-flip' as const),
      when: aim.when,
      durationUs: fc.constant(0),
      target: aim.target,
      file: fc.constantFrom('', ...(aim.files ?? [])),
      // The end of a file is what is not on every other node yet.
      positionPerMillion: fc.oneof(
        fc.integer({ min: 0, max: 999_999 }),
        fc.integer({ min: 800_000, max: 999_999 }),
      ),
      bit: fc.integer({ min: 0, max: 7 }),
    },
    flat,
  );

/** Long enough for a learner to catch up, mostly. */
const membership: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('membership' as const),
      when: aim.when,
      durationUs: lasting(100 * ms, 3 * second),
      target: aim.target,
      change: fc.constantFrom(
        'add' as const,
        'add' as const,
        'remove' as const,
        'demote' as const,
        'replace' as const,
        'reshape' as const,
      ),
      transition: fc.constantFrom('auto' as const, 'implicit' as const, 'explicit' as const),
      arrangement: fc.integer({ min: 0, max: 65_535 }),
    },
    flat,
  );

const rollingRestart: FamilyArbitrary = (aim) =>
  fc.record(
    {
      kind: fc.constant('rolling-restart' as const),
      when: aim.when,
      durationUs: lasting(200 * ms, 4 * second),
      downPercent: fc.constantFrom(20, 50, 100),
    },
    flat,
  );

/** A name under which faults are drawn and counted: a kind, or `disk/<mode>`. */
export type FamilyName = Exclude<FaultKind, 'disk' | HandFaultKind> | `disk/${DiskFaultMode}`;

/** How the faults of each family are drawn. */
export const familyArbitraries: Readonly<Record<FamilyName, FamilyArbitrary>> = {
  partition,
  degrade,
  clog,
  kill: mortal('kill'),
  'power-loss': mortal('power-loss'),
  'zone-power-loss': plain('zone-power-loss', 50 * ms, 1 * second),
  'whole-cluster': wholeCluster,
  'restart-loop': restartLoop,
  stall: plain('stall', 50 * ms, 2 * second),
  suspend: plain('suspend', 50 * ms, 2 * second),
  slow,
  wipe: plain('wipe', 50 * ms, 1 * second),
  'clock-step': clockStep,
  'clock-freeze': plain('clock-freeze', 500 * ms, 4 * second),
  'clock-drift': clockDrift,
  'disk/read-error': disk('read-error', 300 * ms, 3 * second),
  'disk/write-error': disk('write-error', 1 * ms, 1 * second),
  'disk/sync-error': disk('sync-error', 1 * ms, 1 * second),
  'disk/full': disk('full', 100 * ms, 3 * second),
  'disk/stall': disk('stall', 50 * ms, 1 * second),
  'disk/slow': disk('slow', 300 * ms, 3 * second),
  'disk/lying-sync': disk('lying-sync', 100 * ms, 4 * second),
  'disk/phantom-write': disk('phantom-write', 1 * ms, 1 * second),
  'disk/misdirected-write': disk('misdirected-write', 1 * ms, 1 * second),
  'bit-flip': bitFlip,
  membership,
  transfer: plain('transfer', 1 * ms, 100 * ms),
  'rolling-restart': rollingRestart,
};
