import { join, relative, resolve } from 'node:path';
import type { Finding } from '../record/gate-record.ts';
import { storySections } from '../report/story/story-sections.ts';
import { storyText } from '../report/story/story-text.ts';
import { tellStory } from '../report/story/tell-story.ts';
import type { Terminal } from './terminal.ts';

/** What a gate gives to those who look into its findings. */
export interface Settling {
  /** The folder that the gate writes to. */
  readonly output: string;
  readonly jobs: number | undefined;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** Real time for all findings together; who finds fifty at once shrinks the rest by hand. */
const totalMs = 120_000;

/**
 * Makes of each finding its shrunk case, with the story and the picture of that one. Gives the finding
 * as it was when there is no case, no time left, or nothing to be shrunk.
 */
export function findingSettler(settling: Settling): (finding: Finding) => Promise<Finding> {
  const endMs = performance.now() + totalMs;
  return async (finding) => {
    const leftMs = endMs - performance.now();
    if (finding.case === undefined || leftMs <= 0 || settling.signal.aborted) return finding;
    // A pinned case stands in the checkout, where nothing is written; it is small already.
    if (relative(settling.output, resolve(finding.case)).startsWith('..')) return finding;
    try {
      return await settle({ ...finding, case: finding.case }, settling, leftMs);
    } catch (error) {
      // The verdict stands, whatever becomes of its explanation.
      settling.terminal.note(`${finding.case} was not shrunk: ${(error as Error).message}`);
      return finding;
    }
  };
}

async function settle(
  finding: Finding & { readonly case: string },
  { output, jobs, signal }: Settling,
  leftMs: number,
): Promise<Finding> {
  const { failureShrinkMs, shrinkFailures } = await import('../run/shrink/shrink-failures.ts');
  const { chooseScenario, replayCaseCommand } = await import('./scenario-input.ts');
  const { reference, scenario } = await chooseScenario(finding.scenario);
  const threads = jobs === undefined ? {} : { jobs };
  const { key, case: path, record } = finding;
  const step = record.violation?.step ?? record.steps;
  const [shrunk] = await shrinkFailures(reference, [{ key, step, case: path }], {
    ...threads,
    signal,
    timeMs: Math.min(failureShrinkMs, leftMs),
  });
  if (shrunk?.shrunk === undefined) return finding;
  const small = shrunk.shrunk;
  const { readCase } = await import('../run/case-store.ts');
  const { writeOutput } = await import('./picture-run.ts');
  const { gatherFacts } = await import('../run/story/gather-facts.ts');
  const { traceRun } = await import('../run/trace-run.ts');
  const { htmlReport } = await import('../report/html/html-report.ts');
  const file = readCase(small);
  const story = tellStory(await gatherFacts(reference, file, threads));
  const replay = replayCaseCommand(small);
  const { trace } = await traceRun(scenario, file, { name: reference.name, replay });
  const report = join(
    output,
    'reports',
    `${reference.name}-${finding.rung}-${finding.fingerprint}.html`,
  );
  await writeOutput(report, htmlReport({ ...trace, story: storySections(story) }));
  return { ...finding, case: small, replay, report, story: storyText(story) };
}
