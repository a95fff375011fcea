import { phaseTimes } from '../../run/build-case.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { Notice, TimelineSnapshot, WatchSnapshot, WorldStatus } from '../snapshot.ts';
import type { Background } from './background.ts';
import { thinnedOut } from './chronicle.ts';
import type { Cursor } from './cursor.ts';
import { eventWindow, type WindowWish } from './event-window.ts';
import type { Frame } from './frame.ts';
import type { Player } from './player.ts';

/** Notable moments in a snapshot. */
const mostMoments = 256;

/** Everything that a snapshot is made of. */
export interface SnapshotParts {
  readonly scenario: Scenario;
  readonly cursor: Cursor;
  readonly playing: boolean;
  readonly player: Player;
  readonly window: WindowWish;
  readonly marks: ReadonlyMap<number, number>;
  readonly background: Background;
  readonly notice: Notice | undefined;
  readonly unsaved: number;
  readonly saved: string | undefined;
}

/** Puts a snapshot together. */
export function assemble(parts: SnapshotParts): WatchSnapshot {
  const { cursor, background, marks, notice } = parts;
  const { frame } = cursor;
  const { search, follow, comparison } = background;
  const { nodes, network, plan, ladder, clients, probes } = frame;
  return {
    kind: 'world',
    status: statusOf(parts, frame),
    nodes,
    network,
    plan,
    ladder,
    clients,
    probes,
    events: eventWindow(cursor.traced, frame, parts.window, marks),
    timeline: timelineOf(parts),
    ...(search === undefined ? {} : { search: search.snapshot((step) => marks.has(step)) }),
    ...(follow === undefined ? {} : { follow: follow.snapshot() }),
    ...(comparison === undefined ? {} : { comparison: comparison.snapshot() }),
    ...(notice === undefined ? {} : { notice }),
  };
}

function statusOf(parts: SnapshotParts, frame: Frame): WorldStatus {
  const { cursor, playing, player, unsaved, saved } = parts;
  const { past, way } = cursor;
  const { choices, config, scenario } = past.caseFile;
  const { phase, timeUs, step, digest, outcome } = frame;
  const progress = way?.goal.progress(way.trail);
  const still = outcome === undefined ? ('paused' as const) : ('ended' as const);
  return {
    scenario,
    seed: choices.kind === 'seed' ? choices.seed : null,
    config: Object.entries(config).map(([path, value]) => [path, String(value)] as const),
    mode: way !== undefined ? 'working' : playing ? 'playing' : still,
    ...(progress === undefined ? {} : { progress: Math.min(1, progress) }),
    phase,
    timeUs,
    step,
    furthest: past.furthest,
    phases: phaseTimes(parts.scenario),
    speed: player.speed,
    speedUp: playing ? player.speedUp : 0,
    stepsPerSecond: playing ? player.stepsPerSecond : 0,
    digest,
    ...(outcome === undefined ? {} : { outcome }),
    unsaved,
    ...(saved === undefined ? {} : { saved }),
  };
}

/** What is known of the whole run so far, whatever moment is shown. */
function timelineOf({ cursor, marks }: SnapshotParts): TimelineSnapshot {
  const { past, trail } = cursor;
  const known = past.atFurthest() ?? trail ?? cursor.traced;
  const chronicle = known?.chronicle;
  return {
    moments:
      chronicle === undefined
        ? []
        : thinnedOut(chronicle.moments, mostMoments).map(({ number: _, ...moment }) => moment),
    marks: [...marks].map(([step, timeUs]) => ({ step, timeUs })),
    density: chronicle === undefined ? [] : [...chronicle.density],
  };
}
