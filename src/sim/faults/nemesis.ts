import type { Fault, Target } from '../fault-plan.ts';
import type { OperatorDefinition } from '../operator.ts';
import type { Nemesis, WorldControl } from '../world-control.ts';
import type { FaultBudget } from './budget.ts';
import { bitFlip } from './families/bit-flip.ts';
import { clockDrift, clockFreeze, clockStep } from './families/clock.ts';
import { disk } from './families/disk.ts';
import * as hand from './families/hand.ts';
import { clog, degrade } from './families/links.ts';
import * as operator from './families/operator.ts';
import { partition } from './families/partition.ts';
import * as process from './families/process.ts';
import { Holds } from './holds.ts';
import type { FaultFamily, Refused, Strike, StrikeTools } from './strike.ts';
import { eventRole, struckRole, TargetResolver } from './targets.ts';
import { Triggers } from './triggers.ts';

/** How long a fault aimed at a role waits for a node to take it, in microseconds. */
export const rolePatienceUs: number = 2_000_000;

export interface NemesisOptions {
  readonly budget: FaultBudget;
  readonly operator?: OperatorDefinition | undefined;
}

const families: { readonly [Kind in Fault['kind']]: FaultFamily<Extract<Fault, { kind: Kind }>> } =
  {
    partition,
    degrade,
    clog,
    kill: process.kill,
    'power-loss': process.powerLoss,
    'zone-power-loss': process.zonePowerLoss,
    'whole-cluster': process.wholeCluster,
    'restart-loop': process.restartLoop,
    stall: process.stall,
    suspend: process.suspend,
    slow: process.slow,
    wipe: process.wipe,
    'clock-step': clockStep,
    'clock-freeze': clockFreeze,
    'clock-drift': clockDrift,
    disk,
    membership: operator.membership,
    transfer: operator.transfer,
    'rolling-restart': operator.rollingRestart,
    'bit-flip': bitFlip,
    restart: hand.restart,
    heal: hand.heal,
    'lose-message': hand.loseMessage,
  };

/** The name under which a fault is counted: its kind, for disks `disk/<mode>`. */
export function familyOf(fault: Fault): string {
  return fault.kind === 'disk' ? `disk/${fault.mode}` : fault.kind;
}

/**
 * Makes the one who carries out fault plans on a world.
 *
 * A fault begins at its moment (see `Triggers`) and strikes the node that its target then means. A
 * target by role that nobody has yet waits for the next node that takes the role, at most
 * `rolePatienceUs`; after that the fault does not happen. The budget may refuse a fault; it is not
 * tried again. Everything that begins, ends or is refused is reported to the world's observers.
 */
export function createNemesis(world: WorldControl, options: NemesisOptions): Nemesis {
  return new PlanNemesis(world, options);
}

interface Active {
  readonly fault: Fault;
  readonly planIndex: number;
  nodes: readonly number[];
  strike: Strike | undefined;
  release: () => void;
  over: boolean;
}

class PlanNemesis implements Nemesis {
  readonly #world: WorldControl;
  readonly #budget: FaultBudget;
  readonly #operator: OperatorDefinition | undefined;
  readonly #holds: Holds;
  readonly #targets: TargetResolver;
  readonly #triggers: Triggers;
  readonly #tally: { begun: number; refused: number }[] = [];
  readonly #active = new Set<Active>();
  #healed = false;
  #orders = 0;

  constructor(world: WorldControl, options: NemesisOptions) {
    this.#world = world;
    this.#budget = options.budget;
    this.#operator = options.operator;
    this.#holds = new Holds(world);
    this.#targets = new TargetResolver(world);
    this.#triggers = new Triggers(world, this.#targets);
  }

  get tally(): Nemesis['tally'] {
    return this.#tally;
  }

  begin(plan: readonly Fault[]): void {
    for (const fault of plan) {
      const planIndex = this.#tally.length;
      this.#tally.push({ begun: 0, refused: 0 });
      for (const role of rolesIn(fault)) this.#targets.watch(role);
      this.#triggers.arm(fault.when, (eventNode) => {
        if (!this.#healed) this.#aim(fault, planIndex, eventNode);
      });
    }
  }

  heal(): void {
    this.#healed = true;
    for (const active of [...this.#active].reverse()) this.#end(active);
    this.#holds.startAll();
  }

  #aim(fault: Fault, planIndex: number, eventNode: number): void {
    const target = targetOf(fault);
    const node = target === undefined ? -1 : this.#targets.resolve(target, eventNode);
    if (target === undefined || node >= 0) this.#strike(fault, planIndex, node);
    else if ('role' in target && target.role !== eventRole && target.role !== struckRole) {
      this.#awaitRole(target.role, fault, planIndex);
    }
  }

  #awaitRole(role: string, fault: Fault, planIndex: number): void {
    const untilUs = this.#world.timeUs + rolePatienceUs;
    let done = false;
    this.#world.onMark(`role:${role}`, (taker) => {
      if (done || this.#healed) return;
      done = true;
      if (this.#world.timeUs > untilUs) return;
      this.#world.at(this.#world.timeUs, () => {
        if (!this.#healed) this.#strike(fault, planIndex, taker);
      });
    });
  }

  #strike(fault: Fault, planIndex: number, target: number): void {
    const family = families[fault.kind] as FaultFamily;
    const active: Active = {
      fault,
      planIndex,
      nodes: [],
      strike: undefined,
      release: () => {},
      over: false,
    };
    const tools = this.#toolsFor(active);
    const nodes = family.nodes(fault, target, tools);
    const refusal = this.#budget.refusal(fault, nodes);
    if (refusal !== undefined) {
      this.#refuse(fault, planIndex, nodes, refusal);
      return;
    }
    active.release = this.#budget.spend(fault, nodes);
    const begun: Strike | Refused = family.begin(fault, nodes, tools);
    if ('refused' in begun) {
      active.release();
      this.#refuse(fault, planIndex, nodes, begun.refused);
      return;
    }
    active.strike = begun;
    active.nodes = nodes;
    this.#active.add(active);
    this.#tally[planIndex]!.begun++;
    this.#report(active, 'begin', begun.text);
    // Troubles that come together are those of one server.
    if (target >= 0 && target < this.#world.serverCount) {
      this.#targets.noteStruck(target);
      this.#triggers.struck(target);
    }
    this.#world.at(this.#world.timeUs + fault.durationUs, () => this.#end(active));
  }

  #toolsFor(active: Active): StrikeTools {
    const world = this.#world;
    const operator = this.#operator;
    return {
      world,
      operator,
      order: (node, order) =>
        operator !== undefined && world.command(node, operator.order(order, ++this.#orders)),
      holds: this.#holds,
      targets: this.#targets,
      budget: this.#budget,
      endInForce: (isMeant) => this.#endWhere(isMeant),
      later(delayUs, callback) {
        world.at(world.timeUs + delayUs, () => {
          if (!active.over) callback();
        });
      },
    };
  }

  /** Ends faults in force, the youngest first. */
  #endWhere(isMeant: (fault: Fault, nodes: readonly number[]) => boolean): number {
    let count = 0;
    for (const active of [...this.#active].reverse()) {
      if (!isMeant(active.fault, active.nodes)) continue;
      this.#end(active);
      count++;
    }
    return count;
  }

  #end(active: Active): void {
    if (active.over || active.strike === undefined) return;
    active.over = true;
    this.#active.delete(active);
    this.#report(active, 'end', active.strike.endText);
    active.strike.end();
    active.release();
  }

  #refuse(fault: Fault, planIndex: number, nodes: readonly number[], why: string): void {
    this.#tally[planIndex]!.refused++;
    this.#world.reportFault({
      timeUs: this.#world.timeUs,
      planIndex,
      family: familyOf(fault),
      phase: 'refused',
      nodes,
      text: `${familyOf(fault)} is refused: ${why}`,
    });
  }

  #report(active: Active, phase: 'begin' | 'end', text: string): void {
    this.#world.reportFault({
      timeUs: this.#world.timeUs,
      planIndex: active.planIndex,
      family: familyOf(active.fault),
      phase,
      nodes: active.nodes,
      text,
    });
  }
}

function targetOf(fault: Fault): Target | undefined {
  return 'target' in fault ? fault.target : undefined;
}

function rolesIn(fault: Fault): readonly string[] {
  const roles: string[] = [];
  const target = targetOf(fault);
  if (target !== undefined && 'role' in target) roles.push(target.role);
  const of = 'of' in fault.when ? fault.when.of : undefined;
  if (of !== undefined && 'role' in of) roles.push(of.role);
  return roles;
}
