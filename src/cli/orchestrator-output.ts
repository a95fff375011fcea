import { UsageError } from '../record/usage-error.ts';
import { failureBlock } from '../report/failure-block.ts';
import { jsonLine } from '../report/json.ts';
import { table } from '../report/table.ts';
import type {
  OperatorAction,
  OperatorResult,
} from '../systems/orchestrator/client/operator-action.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Placed } from './orchestrator-actions.ts';
import type { Performed } from './orchestrator-session.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import type { CommonOptions } from './verb.ts';

/** Options of all commands of an operator. */
export interface SessionOptions extends CommonOptions {
  readonly session: string;
}

/**
 * Prints what came of a command.
 *
 * @throws UsageError when it was refused
 */
export async function printPerformed(
  { result, record, nowUs }: Performed,
  action: OperatorAction,
  options: SessionOptions,
  placed?: Placed,
): Promise<ExitCode> {
  const terminal = processTerminal({ color: options.color });
  const { paint, width } = terminal;
  if (record.verdict === 'broken') {
    const replay = `seedstorm orchestrator reset --session ${options.session}`;
    terminal.out(failureBlock(record, { paint, width, replay }));
    return exitCode.broken;
  }
  if (result.kind === 'refused') await refuse(result, action, placed);
  if (options.json === true) {
    terminal.out(jsonLine({ schema: 'seedstorm-orchestrator/1', nowUs, result }) ?? '');
    return result.kind === 'unknown' ? exitCode.inconclusive : exitCode.held;
  }
  return print(result, terminal);
}

async function refuse(
  { why, faults }: OperatorResult & { kind: 'refused' },
  action: OperatorAction,
  placed: Placed | undefined,
): Promise<never> {
  if (placed !== undefined && faults.length > 0) {
    const { faultsError } = await import('../manifests/manifest-fault.ts');
    throw faultsError(faults.map(placed));
  }
  const [fault] = faults;
  if (fault !== undefined) throw new UsageError(fault.what, fault.field, fault.right);
  throw new UsageError(`the managers refuse: ${why}`, action.do);
}

function print(result: OperatorResult, terminal: Terminal): ExitCode {
  switch (result.kind) {
    case 'applied':
      terminal.out(result.steps.map(({ kind, name, action }) => `${kind}/${name} ${past[action]}`));
      return exitCode.held;
    case 'rows': {
      const [first] = result.rows;
      if (first === undefined) {
        terminal.note('there are none');
        return exitCode.held;
      }
      const columns = Object.keys(first).map((title) => ({ title }));
      const rows = result.rows.map((row) => Object.values(row));
      terminal.out(table(columns, rows, ''));
      return exitCode.held;
    }
    case 'object':
      terminal.out(JSON.stringify(JSON.parse(jsonLine(result.object) ?? 'null'), null, 2));
      return exitCode.held;
    case 'unknown':
      terminal.note('nobody answered in time: it may have happened or not');
      return exitCode.inconclusive;
    case 'done':
      terminal.out(result.what);
      return exitCode.held;
    case 'refused':
      return exitCode.usage;
  }
}

const past: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  unchanged: 'unchanged',
};
