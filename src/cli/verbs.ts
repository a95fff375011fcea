import type { Verb } from './verb.ts';

/** What the overview shows of a verb, and how to get the verb itself. */
export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Verb>;
}

/** All verbs, in the order of the overview. Only the one that is used is loaded. */
export const verbs: readonly VerbEntry[] = [
  {
    name: 'run',
    summary: 'run one seed of a scenario',
    load: async () => (await import('./run.ts')).runVerb,
  },
  {
    name: 'sweep',
    summary: 'run many seeds, print the storm census and a verdict',
    load: async () => (await import('./sweep.ts')).sweepVerb,
  },
  {
    name: 'replay',
    summary: 'run a case file or a seed again, exactly',
    load: async () => (await import('./replay.ts')).replayVerb,
  },
  {
    name: 'watch',
    summary: 'look at the live cluster in the terminal: rewind it, and change its past',
    load: async () => (await import('./watch.ts')).watchVerb,
  },
  {
    name: 'report',
    summary: 'draw a case file, a seed or the history of benchmarks as one HTML file',
    load: async () => (await import('./report.ts')).reportVerb,
  },
  {
    name: 'export',
    summary: 'write a case file or a seed for Perfetto, ShiViz, Jepsen, or as JSON lines',
    load: async () => (await import('./export.ts')).exportVerb,
  },
  {
    name: 'shrink',
    summary: 'find the smallest case that fails in the same way',
    load: async () => (await import('./shrink.ts')).shrinkVerb,
  },
  {
    name: 'explain',
    summary: 'tell in plain sentences what happened in a failing case, and what had to',
    load: async () => (await import('./explain.ts')).explainVerb,
  },
  {
    name: 'check',
    summary: 'judge histories of clients, from anywhere: are they linearizable?',
    load: async () => (await import('./check.ts')).checkVerb,
  },
  {
    name: 'list',
    summary: 'list scenarios, and the settings, rungs, faults, probes of one',
    load: async () => (await import('./list.ts')).listVerb,
  },
  {
    name: 'doctor',
    summary: 'prove that the same seed gives the same run, whatever surrounds it',
    load: async () => (await import('./doctor.ts')).doctorVerb,
  },
  {
    name: 'ci',
    summary: 'run the gate that seedstorm.config.ts describes',
    load: async () => (await import('./ci.ts')).ciVerb,
  },
  {
    name: 'merge',
    summary: 'add up the shards of a gate',
    load: async () => (await import('./merge.ts')).mergeVerb,
  },
  {
    name: 'mutants',
    summary: 'plant known bugs in a system and see whether its storms find them',
    load: async () => (await import('./mutants.ts')).mutantsVerb,
  },
  {
    name: 'orchestrator',
    summary: 'operate a simulated cluster: apply manifests, service, node, secret, volume',
    load: async () => (await import('./orchestrator.ts')).orchestratorVerb,
  },
  {
    name: 'ralph',
    summary: 'climb the ladder of a project rung by rung, with or without an agent that repairs',
    load: async () => (await import('./ralph.ts')).ralphVerb,
  },
  {
    name: 'status',
    summary: 'say where each claim of a project stands, by its evidence alone',
    load: async () => (await import('./status.ts')).statusVerb,
  },
  {
    name: 'init',
    summary: 'write a small working project: component, scenario, rungs, test, gate',
    load: async () => (await import('./init.ts')).initVerb,
  },
];
