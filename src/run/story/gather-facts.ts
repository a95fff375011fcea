import type { CaseFile } from '../../record/case-file.ts';
import type { ViolationRecord } from '../../record/run-record.ts';
import type { StoryEvent, StoryFacts } from '../../record/story.ts';
import { UsageError } from '../../record/usage-error.ts';
import type { NamedChoice } from '../../sim/choices.ts';
import { buildCast, checkIdentity } from '../build-case.ts';
import { calmValues } from '../draw-config.ts';
import { loadScenario } from '../loader.ts';
import type { RunOptions, ScenarioReference } from '../run-contract.ts';
import { isScenario } from '../scenario.ts';
import type { Scenario } from '../scenario-contract.ts';
import { runnerFor } from '../shrink/shrink-case.ts';
import { runWatched } from '../watched.ts';
import { causalCone } from './causal-cone.ts';
import { choiceWords } from './choice-words.ts';
import { faultNoun, listed } from './fault-words.ts';
import { mostChoices, StoryRecorder } from './story-recorder.ts';
import { type NounsOf, unquietSettings, whatIfs } from './what-ifs.ts';

/** How to look into a failing case. */
export interface FactsOptions {
  /** Worker threads for what would have happened otherwise; default: one per processor. */
  readonly jobs?: number;
}

/**
 * Runs a failing case again with somebody who puts it into words, and then once without each of the
 * things that it is made of.
 *
 * @throws UsageError when the case does not fail, or was made for other choices than today's
 */
export async function gatherFacts(
  subject: Scenario | ScenarioReference,
  file: CaseFile,
  options: FactsOptions = {},
): Promise<StoryFacts> {
  const scenario = isScenario(subject) ? subject : await loadScenario(subject);
  checkIdentity(scenario, file);
  const { servers, clients, components } = buildCast(scenario, file, scenario.clients.newHistory());
  const names = [...servers, ...clients];
  const narrator = scenario.system.narrator?.(file.config, names);
  const recorder = new StoryRecorder(names, components, servers.length, narrator);
  const { violation, digest } = await runWith(recorder, scenario, file);
  const runner = runnerFor(subject, file, options.jobs);
  try {
    const nouns = nounsOf(file, recorder, clients.length);
    const calm = calmValues(scenario, file.config);
    return {
      scenario: file.scenario,
      violation,
      digest,
      cluster: narrator?.cluster ?? [`${scenario.system.name} on ${listed(servers)}.`],
      settings: unquietSettings(file.config, calm).map((path) => `${path} ${file.config[path]}`),
      counts: {
        nodes: servers.length,
        clients: clients.length,
        faults: file.plan.length,
        operations: file.intents.length,
        choices: file.choices.kind === 'calm' ? file.choices.list.length : undefined,
      },
      events: eventsOf(file, recorder, violation),
      facts: scenario.ladder.factsOf?.(violation) ?? [],
      whatIfs: await whatIfs(runner, scenario, file, violation, nouns),
    };
  } finally {
    await runner.close();
  }
}

async function runWith(
  recorder: StoryRecorder,
  scenario: Scenario,
  file: CaseFile,
): Promise<{ readonly violation: ViolationRecord; readonly digest: string }> {
  const options: RunOptions = {
    name: file.scenario,
    aftermath: false,
    observer: recorder,
    onEvent: (event) => recorder.onEvent(event),
    onChoice: (choice) => recorder.onChoice(choice),
  };
  const { record } = await runWatched(scenario, file, options);
  const { violation, digest, verdict } = record;
  if (violation !== undefined) return { violation, digest };
  throw new UsageError(
    `the case does not fail: it is ${verdict}`,
    file.scenario,
    'there is a story only of what broke',
  );
}

/** What was told, with what it led to. */
function eventsOf(
  file: CaseFile,
  recorder: StoryRecorder,
  violation: ViolationRecord,
): readonly StoryEvent[] {
  const { told, nodes, causes, lastStep } = recorder;
  const last = Math.min(violation.step, lastStep);
  const concerned = violation.nodes.map((name) => lastOf(name, recorder, last));
  const cone = causalCone({ nodes, causes }, [last, ...concerned]);
  const isListed = file.choices.kind === 'calm' && file.choices.list.length <= mostChoices;
  const choices = isListed
    ? recorder.choices.map(({ choice, timeUs, step, what }) => ({
        kind: 'choice' as const,
        timeUs,
        step,
        text: choiceWords(choice, file.config, recorder.names, what).happens,
      }))
    : [];
  // First what made a step special, then what it did.
  // A handler that never returns leaves no time at which it did not.
  const untilUs = violation.virtualUs > 0 ? violation.virtualUs : Number.POSITIVE_INFINITY;
  const all = [...choices, ...told].filter(({ timeUs }) => timeUs <= untilUs);
  const events = all.map((one) => {
    const always = one.kind === 'fault' || one.kind === 'choice';
    return { ...one, inPast: always || cone.inPast(one.step), inChain: cone.inChain(one.step) };
  });
  return events.sort((a, b) => a.timeUs - b.timeUs || a.step - b.step);
}

/** The last step of a node up to a step; 0 when there is none. */
function lastOf(name: string, { told, nodes }: StoryRecorder, last: number): number {
  const node = nodes[told.findLast((one) => one.node === name)?.step ?? 0];
  return node === undefined ? 0 : nodes.lastIndexOf(node, last);
}

function nounsOf(file: CaseFile, recorder: StoryRecorder, clients: number): NounsOf {
  return {
    fault(index) {
      const begun = recorder.faults.get(index);
      const noun = faultNoun(file.plan[index]!, begun?.nodes ?? []);
      return begun === undefined
        ? `fault ${index + 1} of the plan (${file.plan[index]!.kind}), which never begins`
        : `${noun} at ${secondsText(begun.timeUs)}`;
    },
    choice(choice) {
      const made = recorder.choices.find((one) => isSameChoice(one.choice, choice));
      const { noun } = choiceWords(choice, file.config, recorder.names, made?.what);
      return made === undefined ? noun : `${noun} at ${secondsText(made.timeUs)}`;
    },
    operation: (intent) => intentText(intent, clients),
  };
}

/** Whether both are about the same question, whatever the answer. */
function isSameChoice(a: NamedChoice, b: NamedChoice): boolean {
  return (
    a.key === b.key && a.occurrence === b.occurrence && a.point === b.point && a.stream === b.stream
  );
}

/** A point of virtual time as a person says it. */
function secondsText(us: number): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}

/** An intent in as few words as can be, whatever it looks like. */
function intentText(intent: unknown, clients: number): string {
  if (typeof intent !== 'object' || intent === null) return `operation ${JSON.stringify(intent)}`;
  const { client, atUs, do: what, key, value } = intent as Record<string, unknown>;
  const whose = typeof client === 'number' ? `c${(client % clients) + 1}'s ` : '';
  if (typeof what !== 'string') {
    return whose !== '' && typeof atUs === 'number'
      ? `${whose}call of ${secondsText(atUs)}`
      : `operation ${JSON.stringify(intent)}`;
  }
  const parts = [what, key, value].filter((part) => typeof part === 'string' && part !== '');
  return `${whose}"${parts.join(' ')}"`;
}
