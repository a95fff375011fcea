import { stormyEnvironmentKnobs } from '../../sim/environment.ts';
import type { Domain, OwedUnder } from '../../sim/system-definition.ts';
import type { StormDefinition } from '../storm-definition.ts';
import {
  type FamilyName,
  isolation,
  lateness,
  pauseMidway,
  wildDrift,
} from './fault-arbitraries.ts';
import type { StormWords } from './moments.ts';
import {
  drawPlan,
  familyKnob,
  faultsKnob,
  lullKnob,
  meaningKnob,
  type PlanIngredients,
  pileKnob,
} from './plan-arbitrary.ts';

/** Options that all storms have. */
export interface StormOptions {
  /** Families drawn at a tenth of their usual weight. */
  readonly butRarely?: readonly FamilyName[];
  /** Families left out. */
  readonly except?: readonly FamilyName[];
  /** Least and most faults of a plan; default 3 to 40. */
  readonly faults?: readonly [least: number, most: number];
  /** The system has an operator: members change, leadership is handed over, upgrades roll. */
  readonly operated?: boolean;
  /** Words of the system for targets and moments; default: the role `leader` and no more. */
  readonly words?: Partial<StormWords>;
}

/** Weights of the families that a correct system must survive in any number and combination. */
const weights = {
  partition: 6,
  degrade: 2,
  clog: 2,
  kill: 4,
  'power-loss': 5,
  'zone-power-loss': 1,
  'whole-cluster': 2,
  'restart-loop': 1.5,
  stall: 2,
  suspend: 1.5,
  slow: 1.5,
  wipe: 1,
  'clock-step': 2,
  'clock-freeze': 1,
  'clock-drift': 1,
  'disk/read-error': 1,
  'disk/write-error': 1,
  'disk/sync-error': 2.5,
  'disk/full': 2,
  'disk/stall': 1,
  'disk/slow': 1,
  'bit-flip': 1,
} as const satisfies Partial<Record<FamilyName, number>>;

/** What operators do to a cluster that has them. */
const operatorWeights = {
  membership: 6,
  transfer: 3,
  'rolling-restart': 1,
} as const satisfies Partial<Record<FamilyName, number>>;

type Weights = Partial<Record<FamilyName, number>>;

function only(...families: readonly (keyof typeof weights)[]): Weights {
  return Object.fromEntries(families.map((family) => [family, weights[family]]));
}

function environmentKnobs(...prefixes: readonly string[]): Readonly<Record<string, Domain>> {
  return Object.fromEntries(
    Object.entries(stormyEnvironmentKnobs).filter(([path]) =>
      prefixes.some((prefix) => path.startsWith(prefix)),
    ),
  );
}

interface Recipe {
  readonly name: string;
  readonly families: Weights;
  /** Added where the system has an operator. */
  readonly operators?: Weights;
  readonly noise: Readonly<Record<string, Domain>>;
  readonly damage: OwedUnder;
  readonly withinTolerance?: boolean;
  readonly instead?: PlanIngredients['instead'];
  /**
   * The storm is about what meets on one node: more faults pile on, fewer families are left out,
   * and more faults mean the role.
   * Default: no.
   */
  readonly compound?: boolean;
}

function storm(recipe: Recipe, options: StormOptions): StormDefinition {
  const families: Record<string, number> = {};
  const operators: Weights = options.operated === true ? (recipe.operators ?? {}) : {};
  for (const [family, weight] of Object.entries({ ...recipe.families, ...operators })) {
    const name = family as FamilyName;
    if (options.except?.includes(name)) continue;
    families[name] = options.butRarely?.includes(name) ? weight / 10 : weight;
  }
  const [low, high] = options.faults ?? [3, 40];
  const ingredients: PlanIngredients = {
    words: { role: 'leader', roles: [], messages: [], probes: [], ...options.words },
    families,
    ...(recipe.instead === undefined ? {} : { instead: recipe.instead }),
    atRole: recipe.compound === true ? 3 : 1,
  };
  const swarm: Record<string, Domain> = {};
  if (Object.keys(families).length > 0) {
    swarm[faultsKnob] = { kind: 'between', low, high };
    swarm[meaningKnob] = { kind: 'one of', values: [50, 20, 80] };
    const compound = recipe.compound === true;
    swarm[pileKnob] = { kind: 'one of', values: compound ? [60, 40, 80] : [20, 0, 60] };
    swarm[lullKnob] = { kind: 'one of', values: [0, 0, 70] };
    // Each seed leaves out half of the families, so that the others can show what they do alone.
    const values = compound ? [false, true, true] : [false, true];
    for (const family of Object.keys(families)) {
      swarm[familyKnob(family)] = { kind: 'one of', values };
    }
  }
  return {
    name: recipe.name,
    families,
    knobs: { ...recipe.noise, ...swarm },
    withinTolerance: recipe.withinTolerance ?? true,
    damage: recipe.damage,
    drawPlan: (config, seed, phases) => drawPlan(ingredients, config, seed, phases),
  };
}

/**
 * Every fault family within tolerance, each seed with a drawn half of them, in drawn weather.
 *
 * @example
 * everything({ butRarely: ['wipe'] })
 */
export function everything(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'everything',
      families: weights,
      operators: operatorWeights,
      noise: stormyEnvironmentKnobs,
      damage: 'noticeable damage',
    },
    options,
  );
}

/** Partitions of all shapes, worse links and clogs, over a noisy network. */
export function partitions(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'partitions',
      families: only('partition', 'degrade', 'clog'),
      operators: { membership: 3, transfer: 2 },
      noise: environmentKnobs('net.', 'scheduler.'),
      damage: 'no damage',
    },
    options,
  );
}

/** Deaths of processes and machines, one by one and together, and pauses. */
export function crashes(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'crashes',
      operators: { membership: 3, transfer: 1, 'rolling-restart': 2 },
      families: only(
        'kill',
        'power-loss',
        'zone-power-loss',
        'whole-cluster',
        'restart-loop',
        'stall',
        'suspend',
      ),
      noise: environmentKnobs('disk.', 'scheduler.', 'maybe.'),
      damage: 'no damage',
    },
    options,
  );
}

/** Clocks that step, stop and drift within the bound, and nodes that stand still or are slow. */
export function clocks(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'clocks',
      families: {
        ...only('clock-step', 'clock-freeze', 'clock-drift', 'stall', 'suspend', 'slow'),
        partition: 1,
      },
      operators: { transfer: 2 },
      noise: environmentKnobs('clock.', 'net.latency', 'scheduler.'),
      damage: 'no damage',
    },
    options,
  );
}

/** Disks that fail, fill, stall and rot, under nodes that crash. */
export function disks(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'disks',
      families: {
        ...only(
          'disk/read-error',
          'disk/write-error',
          'disk/sync-error',
          'disk/full',
          'disk/stall',
          'disk/slow',
          'bit-flip',
          'wipe',
          'power-loss',
        ),
        kill: 2,
        'whole-cluster': 0.5,
      },
      operators: { membership: 3, transfer: 1 },
      noise: environmentKnobs('disk.', 'scheduler.', 'maybe.'),
      damage: 'noticeable damage',
    },
    options,
  );
}

/**
 * Disks that rot on any number of nodes at a time, under nodes that crash. All damage is noticeable,
 * so nothing wrong may ever be answered; whether anything is depends on who can still be repaired.
 */
export function rot(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'rot',
      families: {
        'bit-flip': 12,
        kill: 4,
        'power-loss': 3,
        'zone-power-loss': 2,
        'whole-cluster': 1.5,
        'restart-loop': 1,
        partition: 5,
        wipe: 0.3,
      },
      operators: { membership: 4, transfer: 1 },
      noise: environmentKnobs('disk.', 'net.', 'scheduler.', 'maybe.'),
      damage: 'noticeable damage',
      withinTolerance: false,
    },
    options,
  );
}

/** Members come and go, leadership is handed over, nodes restart in turn, among partitions and deaths. */
export function operations(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'operations',
      families: {
        ...only('partition', 'kill', 'power-loss', 'stall', 'degrade', 'clog', 'disk/slow', 'wipe'),
        wipe: 0.3,
        'bit-flip': 0.5,
      },
      operators: { membership: 20, transfer: 8, 'rolling-restart': 2 },
      noise: environmentKnobs('net.', 'scheduler.', 'disk.syncLatencyUs', 'maybe.'),
      damage: 'noticeable damage',
    },
    { operated: true, ...options },
  );
}

/** Leaders are cut off, clogged, late, stand still, die and hand over, on clocks that drift. */
export function reigns(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'reigns',
      families: {
        ...only('partition', 'clog', 'stall', 'kill', 'slow', 'clock-drift', 'restart-loop'),
        'whole-cluster': 2,
        partition: 16,
        clog: 8,
        degrade: 8,
        stall: 4,
        wipe: 0.3,
        'bit-flip': 0.5,
      },
      operators: { transfer: 6, membership: 3 },
      noise: environmentKnobs('net.', 'clock.driftPpm', 'scheduler.'),
      damage: 'noticeable damage',
      instead: { partition: isolation, degrade: lateness, stall: pauseMidway },
      compound: true,
    },
    { operated: true, ...options },
  );
}

/** No faults and no noise. */
export function calm(): StormDefinition {
  return storm({ name: 'calm', families: {}, noise: {}, damage: 'no damage' }, {});
}

/**
 * No budget: silent forgetting, damage on any number of nodes, clocks beyond their bound, flips
 * that the transport misses. Only what is owed under any damage is checked.
 */
export function beyondTolerance(options: StormOptions = {}): StormDefinition {
  return storm(
    {
      name: 'beyond tolerance',
      families: {
        ...weights,
        wipe: 2,
        'bit-flip': 4,
        'disk/lying-sync': 3,
        'disk/phantom-write': 2,
        'disk/misdirected-write': 2,
      },
      operators: operatorWeights,
      noise: {
        ...stormyEnvironmentKnobs,
        'net.undetectedPerMillion': { kind: 'one of', values: [0, 10_000] },
      },
      damage: 'any damage',
      withinTolerance: false,
      instead: { 'clock-drift': wildDrift },
    },
    options,
  );
}
