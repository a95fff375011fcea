import type { Story, StoryEvent, StoryFacts, StoryLine, WhatIf } from '../../record/story.ts';
import { plural } from '../format.ts';

/** A tale has so many lines at most. */
const mostLines = 36;
/** So many unusual events are each worth a line, whatever else happened. */
const fewChoices = 18;
/** Links of the chain of causes that are told in full. */
const mostLinks = 8;
/** Nodes that do the same within this time share a line, in microseconds. */
const togetherUs = 60_000;

/**
 * Makes a story of the facts: what happened in order, what broke and which facts contradict it, and
 * what of it mattered. Pure: the same facts give the same story.
 */
export function tellStory(facts: StoryFacts): Story {
  const { scenario, digest, violation, events } = facts;
  // What happened elsewhere may be what the failure contradicts: it is told as well.
  const lines = together(chosen(events));
  const { rung, title, statement, virtualUs: timeUs, step, nodes } = violation;
  return {
    schema: 'seedstorm-story/1',
    scenario,
    digest,
    headline: headline(facts),
    cluster: clusterOf(facts, lines),
    lines,
    leftOut: events.length - lines.reduce((sum, line) => sum + Math.max(1, line.nodes.length), 0),
    broken: { rung, title, statement, timeUs, step, nodes, facts: factsOf(facts) },
    mattered: mattered(facts),
    whatIfs: facts.whatIfs,
  };
}

function headline({ violation, counts }: StoryFacts): string {
  const { rung, title, virtualUs } = violation;
  const { faults, operations, choices } = counts;
  const parts = [
    ...(faults === 0 ? [] : [plural(faults, 'fault')]),
    ...(operations === 0 ? [] : [plural(operations, 'call of a client', 'calls of clients')]),
    ...(choices === undefined || choices === 0 ? [] : [plural(choices, 'unusual event')]),
  ];
  const took = parts.length === 0 ? 'nothing but the start of the cluster' : listed(parts);
  return `${rung} (${title}) breaks after ${seconds(virtualUs)}. It took ${took}.`;
}

function clusterOf(
  { cluster, settings, counts }: StoryFacts,
  lines: readonly StoryLine[],
): readonly string[] {
  const { choices, clients } = counts;
  const unusual =
    settings.length === 0
      ? 'Every setting is at its usual value'
      : `Unusual settings: ${settings.join(', ')}`;
  const weather =
    choices === undefined
      ? 'the weather is drawn from a seed'
      : choices === 0
        ? 'the weather is calm: no message is lost or late, no disk is slow'
        : `the weather is calm but for ${plural(choices, 'event')}, ${below(choices, lines)}`;
  return [...cluster, `${plural(clients, 'client')}. ${unusual}; ${weather}.`];
}

function below(choices: number, lines: readonly StoryLine[]): string {
  const told = lines.filter(({ kind }) => kind === 'choice').length;
  if (told === 0) return 'too many to tell which of them matter';
  return told < choices ? 'some of them told below' : 'told below';
}

/**
 * Faults, choices and turns; of the details only the last links of the chain of causes that ends in
 * the failure: all others are how such a system works on any day.
 */
function chosen(events: readonly StoryEvent[]): readonly StoryEvent[] {
  const links = events.filter(({ kind, inChain }) => kind === 'detail' && inChain);
  const shown = new Set(links.slice(-mostLinks));
  const told = events.filter((event) => event.kind !== 'detail' || shown.has(event));
  if (told.length <= mostLines) return told;
  const few = told.filter(({ kind }) => kind === 'choice').length <= fewChoices;
  const rank = ({ kind, inChain, inPast }: StoryEvent): number => {
    if (kind === 'fault' || (few && kind === 'choice')) return 0;
    // Where many are left, most are noise that could not be taken away in time.
    if (kind === 'choice') return 3;
    if (inChain) return 1;
    return inPast ? 2 : 4;
  };
  const order = told.map((event, at) => ({ event, at }));
  order.sort((a, b) => rank(a.event) - rank(b.event) || b.at - a.at);
  const kept = order.slice(0, mostLines).sort((a, b) => a.at - b.at);
  return kept.map(({ event }) => event);
}

/** Events of one kind that say the same of several nodes, close together, become one line. */
function together(events: readonly StoryEvent[]): readonly StoryLine[] {
  const lines: { event: StoryEvent; nodes: string[] }[] = [];
  for (const event of events) {
    const { node, text, kind, timeUs } = event;
    const same = lines.findLast(
      (line) =>
        line.event.text === text &&
        line.event.kind === kind &&
        node !== undefined &&
        !line.nodes.includes(node) &&
        timeUs - line.event.timeUs <= togetherUs,
    );
    if (same !== undefined && node !== undefined) same.nodes.push(node);
    else lines.push({ event, nodes: node === undefined ? [] : [node] });
  }
  return lines.map(({ event, nodes }) => {
    const [first, ...others] = nodes;
    const more = others.length === 0 ? '' : `; so ${verb(others)} ${listed(others)}`;
    const text = first === undefined ? event.text : `${first} ${event.text}${more}`;
    return { timeUs: event.timeUs, step: event.step, nodes, kind: event.kind, text };
  });
}

function verb(others: readonly string[]): string {
  return others.length === 1 ? 'does' : 'do';
}

function factsOf({ violation, facts }: StoryFacts): readonly string[] {
  if (facts.length > 0) return facts;
  // Values as they are contradict nobody: they stand together.
  const values = Object.entries(violation.values).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${name}: ${text}`;
  });
  return values.length === 0 ? [] : [values.join('; ')];
}

/** What was needed, what was not, and what would have gone wrong instead. */
function mattered({ whatIfs, counts }: StoryFacts): readonly string[] {
  const sentences: string[] = [];
  const asked = whatIfs.filter(({ kind }) => kind !== 'setting');
  const needed = asked.filter(({ outcome }) => outcome !== 'same');
  if (asked.length > 1 && needed.length === asked.length) {
    sentences.push(
      `Each of the ${asked.length} was needed: without any one of them this failure is gone.`,
    );
  }
  const idle = asked.filter(({ outcome }) => outcome === 'same');
  if (idle.length > 0) {
    const names = idle.slice(0, 4).map(({ without }) => without);
    const rest = idle.length > 4 ? ` and ${idle.length - 4} more` : '';
    sentences.push(`It fails all the same without ${names.join('; without ')}${rest}.`);
  }
  if (asked.length === 0 && counts.faults + counts.operations === 0) {
    sentences.push('Nothing had to go wrong outside: the mistake shows by itself.');
  }
  const last = lastNeeded(whatIfs);
  if (last !== undefined) sentences.push(`What tips it in the end: ${last.without}.`);
  return sentences;
}

/** The last fault or choice of the plan that was needed. */
function lastNeeded(whatIfs: readonly WhatIf[]): WhatIf | undefined {
  const timed = whatIfs
    .filter(({ kind, outcome }) => (kind === 'fault' || kind === 'choice') && outcome === 'held')
    .map((one) => ({ one, at: Number(/ at ([\d.]+) s$/.exec(one.without)?.[1] ?? -1) }))
    .sort((a, b) => a.at - b.at);
  return timed.length < 2 ? undefined : timed.at(-1)?.one;
}

/** A point of virtual time, as exactly as one needs to follow. */
export function seconds(us: number): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
