import fc, { type Arbitrary } from 'fast-check';
import type { Target, When } from '../../sim/fault-plan.ts';
import type { PhaseTimes } from '../../sim/system-definition.ts';

/** What a storm knows of the system: words for its triggers and targets. */
export interface StormWords {
  /** The role that most targets mean. */
  readonly role: string;
  /** Roles whose taking is a moment worth striking at. */
  readonly roles: readonly string[];
  /** Kinds of messages whose sending or receipt is such a moment. */
  readonly messages: readonly string[];
  /** Probes that are such moments. */
  readonly probes: readonly string[];
  /** Kinds of messages by which a node that has the role asks the others to confirm it. */
  readonly asks?: readonly string[];
  /**
   * The highest number by which a target without the role is meant; numbers wrap. One less than there
   * are such nodes, so that each can be struck. Default: 6.
   */
  readonly mostOthers?: number;
  /** Names of clients that may stand still, be slow, or be late to reach anybody. Default: none. */
  readonly clients?: readonly string[];
  /** Parts of names of files in which bits flip, as often as in any. Default: none. */
  readonly files?: readonly string[];
}

/** A fault's moment and target, drawn together: only a moment by meaning has a node of its own. */
export interface Aim {
  readonly when: Arbitrary<When>;
  /** A moment at which the role changes hands, for what is worst when nodes disagree about it. */
  readonly turn: Arbitrary<When>;
  /** A moment at which who has the role has asked the others and not heard from them yet. */
  readonly asked?: Arbitrary<When>;
  readonly target: Arbitrary<Target>;
  /** Parts of names of files that are worth damaging. */
  readonly files?: readonly string[];
}

/** Moments by time fall on this grid half of the time, so that faults coincide. */
const gridUs = 250_000;
/** Nothing begins later than this before the storm ends. */
const leastTailUs = 200_000;

const flat = { noNullPrototype: true } as const;

/** Multiples of the grid. */
function gridTimes(fromUs: number, untilUs: number): Arbitrary<number> {
  const low = Math.ceil(fromUs / gridUs);
  const high = Math.max(low, Math.floor(untilUs / gridUs));
  return fc.integer({ min: low, max: high }).map(
    (cell) => cell * gridUs,
    (timeUs) => {
      if (typeof timeUs !== 'number' || timeUs % gridUs !== 0) throw new Error('not on the grid');
      return timeUs / gridUs;
    },
  );
}

/** When the last fault of a storm may be due. */
export function lastBeginUs({ stormUs, healUs }: PhaseTimes): number {
  return Math.max(stormUs, healUs - leastTailUs);
}

function stormTimes(phases: PhaseTimes): Arbitrary<number> {
  const fromUs = phases.stormUs;
  const untilUs = lastBeginUs(phases);
  return fc.oneof(gridTimes(fromUs, untilUs), fc.integer({ min: fromUs, max: untilUs }));
}

/** Aims at a true time within the storm. */
export function aimByTime(words: StormWords, phases: PhaseTimes, atRole: number = 1): Aim {
  return {
    when: fc.record({ atUs: stormTimes(phases) }, flat),
    turn: turns(words, phases),
    ...askedMoment(words, phases),
    ...filesOf(words),
    target: fc.oneof(
      { weight: 2 * atRole, arbitrary: fc.record({ role: fc.constant(words.role) }, flat) },
      { weight: 2, arbitrary: others(words) },
      { weight: 1, arbitrary: struck },
    ),
  };
}

/** Aims at a meaning within the storm, mostly at the node at which it happens. */
export function aimByMeaning(words: StormWords, phases: PhaseTimes, atRole: number = 1): Aim {
  return {
    when: meanings(words, phases),
    turn: turns(words, phases),
    ...askedMoment(words, phases),
    ...filesOf(words),
    target: fc.oneof(
      { weight: 4, arbitrary: fc.record({ role: fc.constant('@event') }, flat) },
      { weight: 2 * atRole, arbitrary: fc.record({ role: fc.constant(words.role) }, flat) },
      { weight: 1, arbitrary: others(words) },
      { weight: 1, arbitrary: struck },
    ),
  };
}

/** Shortly after a node has taken the role, when not everybody has heard of it. */
function turns(words: StormWords, phases: PhaseTimes): Arbitrary<When> {
  const won = `role:${words.role}`;
  const notBeforeUs = stormTimes(phases);
  const nth = fc.integer({ min: 1, max: 2 });
  return fc.oneof(
    fc.record({ event: fc.constant(won), nth, notBeforeUs, afterUs: shortly }, flat),
    fc.record(
      {
        event: fc.constantFrom('append', 'submit:sync', 'sync'),
        of: fc.record({ role: fc.constant(words.role) }, flat),
        nth: fc.integer({ min: 1, max: 5 }),
        since: fc.constant(won),
        notBeforeUs,
        afterUs: shortly,
      },
      flat,
    ),
  );
}

function askedMoment(words: StormWords, phases: PhaseTimes): Pick<Aim, 'asked'> {
  const { asks = [] } = words;
  if (asks.length === 0) return {};
  const asked = fc.record(
    {
      event: fc.constantFrom(...asks.map((kind) => `send:${kind}`)),
      of: fc.record({ role: fc.constant(words.role) }, flat),
      nth: fc.integer({ min: 1, max: 4 }),
      notBeforeUs: stormTimes(phases),
      afterUs: fc.constant(0),
    },
    flat,
  );
  return { asked };
}

/** Troubles of one machine come together. */
const struck: Arbitrary<Target> = fc.record({ role: fc.constant('@struck') }, flat);

function filesOf({ files = [] }: StormWords): Pick<Aim, 'files'> {
  return files.length === 0 ? {} : { files };
}

function others({ role, mostOthers = 6 }: StormWords): Arbitrary<Target> {
  const nth = fc.integer({ min: 0, max: mostOthers });
  return fc.record({ notRole: fc.constant(role), nth }, flat);
}

/** No fault begins longer after its meaning. */
export const longestAfterUs = 1_000_000;

/** Most faults strike at the very moment; some a little later. */
const shortly: Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 2_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 60_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: longestAfterUs }) },
);

function meanings(words: StormWords, phases: PhaseTimes): Arbitrary<When> {
  const notBeforeUs = stormTimes(phases);
  // Half of the moments are among the first of their kind: of a rare kind there are no others.
  const times = (max: number): Arbitrary<number> =>
    fc.oneof(fc.integer({ min: 1, max: Math.min(2, max) }), fc.integer({ min: 1, max }));
  const anywhere = (events: readonly string[], most: number): Arbitrary<When> =>
    fc.record(
      { event: fc.constantFrom(...events), nth: times(most), notBeforeUs, afterUs: shortly },
      flat,
    );
  const leading = fc.record({ role: fc.constant(words.role) }, flat);
  const atLeader = fc.record(
    {
      event: fc.constantFrom('submit:append', 'append', 'submit:sync', 'sync'),
      of: leading,
      nth: times(20),
      notBeforeUs,
      afterUs: shortly,
    },
    flat,
  );
  const afterWin = fc.record(
    {
      event: fc.constantFrom('append', 'submit:sync', 'sync'),
      of: leading,
      nth: times(5),
      since: fc.constant(`role:${words.role}`),
      notBeforeUs,
      afterUs: shortly,
    },
    flat,
  );
  const inStartUp = fc.record(
    {
      event: fc.constantFrom(
        'submit:read',
        'read',
        'append',
        'submit:sync',
        'sync',
        'submit:write',
      ),
      nth: times(3),
      since: fc.constant('start'),
      notBeforeUs,
      afterUs: shortly,
    },
    flat,
  );
  return fc.oneof(
    { weight: 4, arbitrary: atLeader },
    { weight: 2, arbitrary: afterWin },
    { weight: 3, arbitrary: anywhere(['append', 'submit:sync', 'sync'], 40) },
    { weight: 2, arbitrary: anywhere(['start'], 2) },
    // Troubles come together: what one fault does alone is often mended before the next one.
    { weight: 3, arbitrary: anywhere(['fault'], 12) },
    { weight: 2, arbitrary: inStartUp },
    { weight: 2, arbitrary: anywhere(replacements, 2) },
    { weight: 2, arbitrary: anywhere(roleEvents(words), 2) },
    ...optional(2, messageEvents(words), (events) => anywhere(events, 12)),
    ...optional(2, probeEvents(words), (events) => anywhere(events, 30)),
  );
}

/** Moments at which a file takes the place of another. */
const replacements: readonly string[] = ['rename', 'submit:sync-directory', 'truncate', 'remove'];

function roleEvents(words: StormWords): readonly string[] {
  return [words.role, ...words.roles].map((role) => `role:${role}`);
}

function messageEvents(words: StormWords): readonly string[] {
  return words.messages.flatMap((kind) => [`send:${kind}`, `receive:${kind}`]);
}

function probeEvents(words: StormWords): readonly string[] {
  return words.probes.map((name) => `probe:${name}`);
}

function optional(
  weight: number,
  events: readonly string[],
  make: (events: readonly string[]) => Arbitrary<When>,
): { weight: number; arbitrary: Arbitrary<When> }[] {
  return events.length === 0 ? [] : [{ weight, arbitrary: make(events) }];
}
