import { phaseTimes } from '../../run/build-case.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { Message } from '../../sim/message.ts';
import type { World } from '../../sim/world.ts';
import type { WorldView } from '../../sim/world-view.ts';
import type {
  FlyingMessage,
  LadderSnapshot,
  NetworkSnapshot,
  NodeSnapshot,
  PlanLine,
  ProbeCount,
  RunOutcome,
  RunPhase,
  WorldStatus,
} from '../snapshot.ts';
import { type ClientsPart, clientsOf } from './clients-part.ts';
import { plainText, violationLine } from './outcome.ts';
import { planLines } from './plan-lines.ts';
import type { Trail } from './trail.ts';

/** True time at which wall clocks of worlds begin: 2023-11-14 in microseconds. */
const epochUs = 1_700_000_000_000_000;
const mostFlying = 64;

/** All of a snapshot that depends on where the run stands, and on nothing else. */
export interface Frame {
  readonly step: number;
  readonly timeUs: number;
  readonly phase: RunPhase;
  readonly digest: string;
  readonly outcome: RunOutcome | undefined;
  readonly nodes: readonly NodeSnapshot[];
  readonly network: NetworkSnapshot;
  readonly plan: readonly PlanLine[];
  readonly ladder: LadderSnapshot;
  readonly clients: ClientsPart;
  readonly probes: readonly ProbeCount[];
}

/** Looks at a paused run. Changes nothing. */
export function frameOf(trail: Trail, scenario: Scenario, handmade: number): Frame {
  const { run } = trail;
  const { world } = run;
  const plan = planLines(trail, handmade);
  return {
    step: world.steps,
    timeUs: world.timeUs,
    phase: run.phase,
    digest: run.digest,
    outcome: outcomeOf(trail),
    nodes: nodesOf(world, plan),
    network: networkOf(world),
    plan,
    ladder: ladderOf(trail, scenario),
    clients: clientsOf(trail),
    probes: [...run.probes()].map(([name, count]) => ({ name, count })),
  };
}

/** How the run ended; undefined while it goes on. */
export function outcomeOf(trail: Trail): RunOutcome | undefined {
  const { fault } = trail;
  if (fault !== undefined) {
    const { steps, timeUs } = trail;
    const { digest } = trail.run;
    return { verdict: 'harness fault', reasons: [fault.message], steps, timeUs, digest };
  }
  if (!trail.run.done) return undefined;
  const { record } = trail.result();
  const { verdict, reasons, steps, virtualUs: timeUs, digest, violation } = record;
  const broken = violation === undefined ? {} : { violation: violationLine(violation) };
  return { verdict, reasons, steps, timeUs, digest, ...broken };
}

/** When phases begin and the run ends. */
export function phasesOf(scenario: Scenario): WorldStatus['phases'] {
  return phaseTimes(scenario);
}

function nodesOf(world: World, plan: readonly PlanLine[]): readonly NodeSnapshot[] {
  return Array.from({ length: world.nodeCount }, (_, node) => nodeOf(world, node, plan));
}

function nodeOf(world: World, node: number, plan: readonly PlanLine[]): NodeSnapshot {
  const id = world.nodeId(node);
  const server = node < world.serverCount;
  const status = world.status(node);
  const state = status === 'down' ? undefined : world.state(node);
  const component = world.component(node);
  const role = state === undefined ? undefined : component.role?.(state);
  const card = state === undefined ? undefined : component.card?.(state);
  return {
    id,
    server,
    zone: world.zone(node),
    status,
    incarnation: world.incarnation(node),
    ...(role === undefined ? {} : { role }),
    clock: {
      offsetUs: world.wallUs(node) - epochUs - world.timeUs,
      withinBounds: world.clockWithinBounds(node),
    },
    disk: diskOf(world, node),
    faults: plan
      .filter((line) => line.state === 'in force' && line.nodes.includes(id))
      .map(({ index }) => index),
    ...(card === undefined ? {} : { card }),
  };
}

function diskOf(world: WorldView, node: number): NodeSnapshot['disk'] {
  const disk = world.disk(node);
  const files = disk.cachedFiles();
  let bytes = 0;
  for (const file of files) bytes += disk.images(file)?.cachedLength ?? 0;
  const healthy = world.diskHealthy(node) ? 'healthy' : 'troubled';
  return {
    state: world.damaged(node) ? 'damaged' : healthy,
    files: files.length,
    bytes,
    metError: world.metIoError(node),
  };
}

function networkOf(world: World): NetworkSnapshot {
  const { nodeCount } = world;
  const links = Array.from({ length: nodeCount }, (_, from) => {
    let row = '';
    for (let to = 0; to < nodeCount; to++) row += linkSign(world, from, to);
    return row;
  });
  const flying = world.packetsInFlight();
  return {
    links,
    groups: groupsOf(world, links),
    inFlight: flying.slice(0, mostFlying).map((one): FlyingMessage => {
      const { packet, causeStep, arrivesUs } = one;
      const [from, to] = [world.nodeId(packet.from), world.nodeId(packet.to)];
      const arrives = Number.isFinite(arrivesUs) ? { arrivesUs } : {};
      return {
        id: `${causeStep}/${from}>${to}/${packet.key}`,
        from,
        to,
        message: packet.message.kind,
        text: messageText(packet.message),
        sentStep: causeStep,
        ...arrives,
      };
    }),
    inFlightTotal: flying.length,
  };
}

function linkSign(world: World, from: number, to: number): string {
  if (from === to) return '.';
  const trouble = world.link(from, to);
  if (trouble.cut > 0 || trouble.shut > 0) return 'x';
  if (trouble.clogged > 0) return '=';
  return world.linkFair(from, to) ? 'o' : '~';
}

/** Servers in groups within which each reaches each; a server stands in the first that fits. */
function groupsOf(world: WorldView, links: readonly string[]): readonly (readonly string[])[] {
  const groups: number[][] = [];
  const open = (from: number, to: number): boolean => 'o~'.includes(links[from]![to]!);
  for (let node = 0; node < world.serverCount; node++) {
    const home = groups.find((group) =>
      group.every((other) => open(node, other) && open(other, node)),
    );
    if (home === undefined) groups.push([node]);
    else home.push(node);
  }
  return groups.map((group) => group.map((node) => world.nodeId(node)));
}

const mostText = 80;

/** What a message says beside its kind, in short. */
export function messageText(message: Message): string {
  const parts: string[] = [];
  let length = 0;
  for (const [name, value] of Object.entries(message)) {
    if (name === 'kind' || typeof value === 'function' || value === undefined) continue;
    const text = `${name} ${plainText(value)}`;
    parts.push(text);
    length += text.length;
    if (length > mostText) break;
  }
  return parts.join(', ').slice(0, mostText);
}

function ladderOf(trail: Trail, scenario: Scenario): LadderSnapshot {
  const reports = new Map(trail.run.reports().map((report) => [report.id, report]));
  const broken = new Map(trail.run.violations.map((violation) => [violation.rung, violation]));
  const known = scenario.ladder.rungs;
  const extra = [...reports.values()].filter(({ id }) => !known.some((rung) => rung.id === id));
  const rungs = [
    ...extra.map(({ id, title }) => ({ id, title, statement: title, kind: 'always' as const })),
    ...known,
  ].map(({ id, title, statement, kind }) => {
    const report = reports.get(id);
    const violation = broken.get(id);
    const premise = report?.premise ?? 0;
    const calm = premise > 0 ? ('holds' as const) : ('unmet' as const);
    const state =
      violation !== undefined || report?.verdict === 'broken'
        ? ('broken' as const)
        : report === undefined
          ? ('not owed' as const)
          : report.verdict === 'inconclusive'
            ? ('inconclusive' as const)
            : calm;
    const brokenAt =
      violation === undefined
        ? {}
        : { brokenAt: { step: violation.step, timeUs: violation.virtualUs } };
    return { id, title, statement, kind, state, premise, ...brokenAt };
  });
  return { rungs, lowestBroken: rungs.findIndex(({ state }) => state === 'broken') };
}
