import { faultNoun } from '../../run/story/fault-words.ts';
import type { Fault, Target, When } from '../../sim/fault-plan.ts';
import { familyOf } from '../../sim/faults/nemesis.ts';
import type { PlanLine } from '../snapshot.ts';
import type { Trail } from './trail.ts';

/** The plan with what became of each fault so far. */
export function planLines(trail: Trail, handmade: number): readonly PlanLine[] {
  const { plan } = trail.run.caseFile;
  const { phase } = trail.run;
  const isOver = phase === 'heal' || phase === 'settle' || phase === 'end' || trail.done;
  return plan.map((fault, index) => {
    const story = trail.chronicle.faults[index];
    const words = wordsOf(fault);
    const byHand = index >= plan.length - handmade;
    const fixed = { index, family: familyOf(fault), byHand };
    if (story === undefined) {
      const { trigger, fromUs } = words;
      const when = trigger === undefined ? {} : { trigger };
      const from = fromUs === undefined ? {} : { fromUs, untilUs: fromUs + fault.durationUs };
      const state = isOver ? ('never' as const) : ('waiting' as const);
      return { ...fixed, text: words.text, state, ...when, ...from, nodes: [] };
    }
    const { state, text, fromUs, nodes } = story;
    if (state === 'refused') {
      return { ...fixed, text: words.text, state, fromUs, nodes, refusal: text };
    }
    const untilUs = story.untilUs ?? fromUs + fault.durationUs;
    return { ...fixed, text, state, fromUs, untilUs, nodes };
  });
}

interface FaultWords {
  readonly text: string;
  readonly trigger: string | undefined;
  readonly fromUs: number | undefined;
}

const known = new WeakMap<Fault, FaultWords>();

/** A fault that has not begun, in words. */
function wordsOf(fault: Fault): FaultWords {
  const found = known.get(fault);
  if (found !== undefined) return found;
  const { when } = fault;
  const words = {
    text: faultText(fault),
    trigger: whenText(when),
    fromUs: 'atUs' in when ? when.atUs : undefined,
  };
  known.set(fault, words);
  return words;
}

/** What a fault will do, in words. */
export function faultText(fault: Fault): string {
  const whom = 'target' in fault ? [targetText(fault.target)] : [];
  const noun = faultNoun(fault, whom);
  if (fault.kind === 'partition' && fault.shape !== 'isolate') return `${noun} around ${whom[0]}`;
  return noun;
}

function targetText(target: Target): string {
  if ('node' in target) return target.node;
  if ('role' in target) return target.role === '@event' ? 'that node' : `the ${target.role}`;
  return `a node but the ${target.notRole}`;
}

/** A moment by meaning, in words; undefined for one by time. */
function whenText(when: When): string | undefined {
  if ('atUs' in when) return undefined;
  const which = when.nth === 1 ? '' : `${when.nth}. `;
  const of = when.of === undefined ? '' : ` of ${targetText(when.of)}`;
  const since = when.since === undefined ? '' : ` since ${when.since}`;
  return `${which}${when.event}${of}${since}`;
}
