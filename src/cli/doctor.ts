import type { Command } from 'commander';
import { count, plural } from '../report/format.ts';
import { jsonLine } from '../report/json.ts';
import { table } from '../report/table.ts';
import type { DoctorCheck, DoctorReport } from '../run/run-contract.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { catchInterrupt } from './interrupt.ts';
import { type EvidenceOptions, evidenceKeeper, noEvidence } from './keep-evidence.ts';
import { chooseScenario } from './scenario-input.ts';
import { parseSeedRange } from './seeds.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { addScenarioOptions, type ScenarioOptions, type Verb } from './verb.ts';

interface DoctorVerbOptions extends ScenarioOptions, EvidenceOptions {
  readonly seeds: string;
}

const defaultScenario = 'raft-storm';
const defaultSeeds = '50';

/** `doctor`: the proof of determinism. */
export const doctorVerb: Verb = {
  define(command: Command, finish) {
    addScenarioOptions(
      command
        .argument('[scenario]', 'a name (see list) or the path of a file', defaultScenario)
        .option('--seeds <range>', 'N for 1..N, or A..B', defaultSeeds)
        .option(...noEvidence),
    ).action(async (argument: string, options: DoctorVerbOptions) => {
      finish(await examine(argument, options));
    });
  },
};

async function examine(argument: string, options: DoctorVerbOptions): Promise<ExitCode> {
  const json = options.json === true;
  const terminal = processTerminal({ color: options.color, quiet: json });
  const range = parseSeedRange(options.seeds);
  const { reference, settings } = await chooseScenario(argument, options.set);
  if (range.to < range.from) {
    terminal.note('no seed is selected');
    return exitCode.nothingSelected;
  }
  if (!json) {
    terminal.out(`${terminal.paint.strong(reference.name)}  seeds ${range.from}..${range.to}`);
  }
  const evidence = await evidenceKeeper('doctor', options);
  const tally = new Map<string, { equal: number; different: number }>();
  const interrupt = catchInterrupt(() => terminal.note('interrupted'));
  try {
    const { doctor } = await import('../run/doctor.ts');
    const report = await doctor(reference, {
      seeds: [range.from, range.to],
      settings,
      name: reference.name,
      signal: interrupt.signal,
      onCheck: (check) => {
        const ways = tally.get(check.way) ?? { equal: 0, different: 0 };
        tally.set(check.way, ways);
        if (check.equal) ways.equal += 1;
        else ways.different += 1;
      },
    });
    if (report.differences.length > 0 || !interrupt.interrupted) {
      const { doctorEvidence } = await import('../run/evidence-content.ts');
      evidence.keep(doctorEvidence(report, range.from, settings));
    }
    if (json) terminal.out(jsonLine({ schema: 'seedstorm-doctor/1', ...report }) ?? '');
    else terminal.out(doctorReport(report, tally, terminal));
    if (report.differences.length > 0) return exitCode.harnessFault;
    return interrupt.interrupted ? exitCode.interrupted : exitCode.held;
  } catch (error) {
    if (interrupt.interrupted) return exitCode.interrupted;
    throw error;
  } finally {
    interrupt.release();
  }
}

function doctorReport(
  report: DoctorReport,
  tally: ReadonlyMap<string, { readonly equal: number; readonly different: number }>,
  terminal: Terminal,
): string[] {
  const { paint } = terminal;
  const rows = [...tally].map(([way, { equal, different }]) => [
    way,
    count(equal),
    different === 0 ? '' : paint.bad(count(different)),
  ]);
  const lines = table(
    [{ title: '' }, { title: 'equal', align: 'right' }, { title: 'different', align: 'right' }],
    rows,
  );
  lines.push('');
  if (report.differences.length === 0) {
    lines.push(
      `${paint.good('deterministic')}  ${plural(report.seeds, 'seed')}, ` +
        `${plural(report.ways.length, 'way')} of running each, ` +
        `${plural(report.events, 'event')} compared`,
    );
    return lines;
  }
  lines.push(
    `${paint.bad('not deterministic')}  ${plural(report.differences.length, 'check')} ` +
      `of ${plural(report.seeds, 'seed')} differed`,
  );
  for (const check of report.differences.slice(0, 5)) lines.push(...differenceLines(check));
  return lines;
}

function differenceLines(check: DoctorCheck): string[] {
  const lines = [`  seed ${check.seed}, ${check.way}`];
  const { difference } = check;
  if (difference === undefined) return lines;
  lines.push(
    `    first differing event: step ${count(difference.step)}`,
    `      alone      ${difference.expected ?? 'the run had ended'}`,
    `      this way   ${difference.actual ?? 'the run had ended'}`,
  );
  return lines;
}
