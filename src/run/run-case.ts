import { HarnessFault } from '../record/harness-fault.ts';
import type { Aftermath } from '../record/run-record.ts';
import type { TraceEvent } from '../record/trace-event.ts';
import { causalPast } from './causal-past.ts';
import { prepareRun } from './prepare-run.ts';
import type { Host, Run, RunInput, RunOptions, RunResult } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';

/** Steps between two returns to the host: often enough for a watchdog, rare enough to cost nothing. */
const sliceSteps = 20_000;
/** Events kept of what led to a break. */
const keptEvents = 20_000;
const shownEvents = 16;

/**
 * Runs one case to its end, slice by slice, and looks a second time at a run that broke a rung: what
 * else breaks when it goes on, and what led there.
 *
 * @throws UsageError when the input does not fit the scenario
 * @throws HarnessFault when a rung throws, or the second run is not the same run
 */
export async function executeCase(
  scenario: Scenario,
  input: RunInput,
  options: RunOptions,
  host: Host,
): Promise<RunResult> {
  const began = host.nowMs();
  const run = await runToEnd(scenario, input, options, host);
  const result = run.finish();
  const wanted = (options.aftermath ?? true) && (options.stopAtFirst ?? true);
  const broken = wanted && result.record.violation !== undefined;
  const aftermath = broken ? await secondLook(scenario, run, result, options, host) : undefined;
  const wallMs = Math.round(host.nowMs() - began);
  const record = { ...result.record, wallMs, ...(aftermath === undefined ? {} : { aftermath }) };
  return { ...result, record };
}

async function runToEnd(
  scenario: Scenario,
  input: RunInput,
  options: RunOptions,
  host: Host,
): Promise<Run> {
  const work = { run: undefined as Run | undefined };
  do {
    await host.slice((drain) => {
      work.run ??= prepareRun(scenario, input, options, drain);
      work.run.advance(sliceSteps);
    });
    options.onSlice?.((work.run as Run).world.steps);
  } while (!(work.run as Run).done && options.signal?.aborted !== true);
  return work.run as Run;
}

async function secondLook(
  scenario: Scenario,
  first: Run,
  { record }: RunResult,
  options: RunOptions,
  host: Host,
): Promise<Aftermath | undefined> {
  const violation = record.violation!;
  const ring: TraceEvent[] = [];
  let at = 0;
  const { onEvent: _, onChoice: __, observer: ___, ...rest } = options;
  const again = await runToEnd(
    scenario,
    first.caseFile,
    {
      ...rest,
      stopAtFirst: false,
      onEvent: (event) => {
        if (event.step > violation.step) return;
        ring[at++ % keptEvents] = event;
      },
    },
    host,
  );
  if (options.signal?.aborted === true) return undefined;
  if (again.digestAtViolation !== first.digestAtViolation) {
    throw new HarnessFault(
      `the same case was not the same run: digest ${first.digestAtViolation} at the violation, ` +
        `then ${again.digestAtViolation ?? 'no violation'}; see seedstorm doctor`,
      { seed: record.seed ?? undefined },
    );
  }
  const events = [...ring.slice(at % keptEvents), ...ring.slice(0, at % keptEvents)];
  const violations = [...again.violations].sort((a, b) => a.step - b.step);
  const visible = violations.find((entry) => entry.clientVisible);
  return {
    violations,
    ...(visible === undefined ? {} : { firstClientVisible: visible }),
    events: causalPast(events, violation, shownEvents),
  };
}

export { prepareRun };
