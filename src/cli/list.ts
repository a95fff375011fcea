import { didYouMean } from '../record/near-names.ts';
import { UsageError } from '../record/usage-error.ts';
import { value } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { type Column, table, wrap } from '../report/table.ts';
import type { Knob } from '../run/draw-config.ts';
import type { Scenario } from '../run/scenario-contract.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { addCommonOptions, type CommonOptions, type Verb } from './verb.ts';

const topics = ['settings', 'knobs', 'rungs', 'faults', 'probes'] as const;
type Topic = (typeof topics)[number];

const defaultScenario = 'raft-storm';

/** `list`: scenarios; or the drawn settings of one; or its rungs, faults, probes. */
export const listVerb: Verb = {
  define(command, finish) {
    addCommonOptions(command)
      .argument('[what]', `a scenario, or one of ${topics.join(', ')}`)
      .argument('[scenario]', `whose rungs, faults, ... to list (default: ${defaultScenario})`)
      .action(async (what: string | undefined, of: string | undefined, options: CommonOptions) => {
        finish(await list(what, of, options));
      });
  },
};

async function list(
  what: string | undefined,
  of: string | undefined,
  options: CommonOptions,
): Promise<ExitCode> {
  const terminal = processTerminal({ color: options.color });
  if (what === undefined) return listScenarios(terminal, options.json === true);
  const isTopic = (topics as readonly string[]).includes(what);
  if (!isTopic && of !== undefined) {
    throw new UsageError(`there is nothing called ${what} to list`, '', didYouMean(what, topics));
  }
  const topic = isTopic ? (what as Topic) : 'settings';
  const name = isTopic ? (of ?? defaultScenario) : what;
  const { findScenario, loadScenario } = await import('../run/loader.ts');
  const scenario = await loadScenario(findScenario(name, process.cwd()));
  const listing = await listingOf(topic, name, scenario);
  if (options.json === true) terminal.out(jsonLine(listing.data) ?? 'null');
  else terminal.out([...listing.intro, '', ...table(listing.columns, listing.rows)]);
  return exitCode.held;
}

async function listScenarios(terminal: Terminal, json: boolean): Promise<ExitCode> {
  const { listScenarios: references, loadScenario } = await import('../run/loader.ts');
  const found: { name: string; summary: string; error?: string }[] = [];
  for (const reference of references(process.cwd())) {
    try {
      const { summary } = await loadScenario(reference);
      found.push({ name: reference.name, summary });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // One broken file must not hide the others.
      found.push({ name: reference.name, summary: '', error: error.message });
    }
  }
  if (json) terminal.out(jsonLine({ schema: 'seedstorm-list/1', scenarios: found }) ?? '');
  else if (found.length === 0) terminal.note('there are no scenarios here');
  else {
    const { paint } = terminal;
    const rows = found.map(({ name, summary, error }) => [
      paint.strong(name),
      error === undefined ? summary : paint.bad(`does not load: ${error.split('\n')[0]}`),
    ]);
    terminal.out(table([{ title: '' }, { title: '' }], rows));
    terminal.note(['', 'seedstorm list <scenario> shows what is drawn per seed']);
  }
  return found.length === 0 ? exitCode.nothingSelected : exitCode.held;
}

interface Listing {
  readonly intro: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  readonly data: unknown;
}

async function listingOf(topic: Topic, name: string, scenario: Scenario): Promise<Listing> {
  switch (topic) {
    case 'rungs':
      return rungs(name, scenario);
    case 'faults':
      return faults(name, scenario);
    case 'probes':
      return probes(name, scenario);
    case 'settings':
    case 'knobs':
      return settings(name, scenario, topic);
  }
}

async function settings(name: string, scenario: Scenario, topic: Topic): Promise<Listing> {
  const { knobsOf } = await import('../run/draw-config.ts');
  const { domainText } = await import('../run/domains.ts');
  const all = [...knobsOf(scenario).values()];
  const knobs = topic === 'knobs' ? all.filter((knob) => knob.owner === 'system') : all;
  const how = (knob: Knob): string => {
    if (knob.fixed !== undefined) return `fixed at ${value(knob.fixed)}`;
    return knob.drawn ? 'drawn' : 'calm unless set';
  };
  const which = topic === 'knobs' ? `Knobs of ${scenario.system.name}` : 'Settings';
  return {
    intro: [
      `${name}: ${scenario.summary}`,
      `${which}; --set path=value fixes one. The calm value stands first.`,
    ],
    columns: [{ title: 'path' }, { title: 'of' }, { title: '' }, { title: 'domain' }],
    rows: knobs.map((knob) => [knob.path, knob.owner, how(knob), domainText(knob.domain)]),
    data: { schema: 'seedstorm-list/1', scenario: name, settings: knobs },
  };
}

function rungs(name: string, scenario: Scenario): Listing {
  const { ladder } = scenario;
  return {
    intro: [`${name}: the ladder ${ladder.name}, lowest rung first`],
    columns: [{ title: '' }, { title: '' }],
    rows: ladder.rungs.flatMap((rung) => [
      [rung.id, `${rung.title}: ${rung.kind}, owed under ${rung.owedUnder}`],
      ...wrap(`${rung.statement} (${rung.source})`, 88).map((line) => ['', line]),
    ]),
    data: { schema: 'seedstorm-list/1', scenario: name, ladder: ladder.name, rungs: ladder.rungs },
  };
}

function faults(name: string, scenario: Scenario): Listing {
  const { storm } = scenario;
  const families = Object.entries(storm.families);
  const budget = storm.withinTolerance
    ? 'within the fault budget'
    : storm.damage === 'any damage'
      ? 'without a fault budget: beyond tolerance'
      : 'on any number of nodes: beyond tolerance';
  return {
    intro: [`${name}: the storm ${storm.name}, ${budget}; ${storm.damage} to promised bytes`],
    columns: [{ title: 'fault' }, { title: 'weight', align: 'right' }],
    rows: families.map(([family, weight]) => [family, String(weight)]),
    data: {
      schema: 'seedstorm-list/1',
      scenario: name,
      storm: storm.name,
      withinTolerance: storm.withinTolerance,
      damage: storm.damage,
      faults: storm.families,
      requiredFaults: scenario.requiredFaults ?? null,
    },
  };
}

function probes(name: string, scenario: Scenario): Listing {
  const required = scenario.requiredProbes ?? [];
  return {
    intro: [`${name}: probes that a sweep of 200 seeds or more must have seen`],
    columns: [{ title: '' }],
    rows: required.map((probe) => [probe]),
    data: { schema: 'seedstorm-list/1', scenario: name, requiredProbes: required },
  };
}
