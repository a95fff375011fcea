import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { CaseFile } from '../record/case-file.ts';
import type { RunRecord } from '../record/run-record.ts';
import { UsageError } from '../record/usage-error.ts';
import type {
  OperatorAction,
  OperatorIntent,
  OperatorResult,
} from '../systems/orchestrator/client/operator-action.ts';
import type { ClusterHistory } from '../workload/cluster-history.ts';
import { chooseScenario } from './scenario-input.ts';

const scenarioName = 'orchestrator-session';
/** When a new cluster has formed. */
const formedUs = 3_000_000;
/** Virtual time that goes by after each command: enough for tasks to start. */
const pauseUs = 3_000_000;
/** What is run beyond the command, so that it can end. */
const beyondUs = 12_000_000;
/** The scenario ends then, and so does what replays the file. */
const lastUs = 580_000_000;

/** What a command came to. */
export interface Performed {
  readonly result: OperatorResult;
  readonly record: RunRecord;
  /** Virtual time at which the next command would be given. */
  readonly nowUs: number;
}

/**
 * A cluster that a person operates from the command line. All there is of it is a case file: the
 * commands are its intents, and each command runs the whole of it anew, up to that command. So the
 * same commands give the same cluster, and `replay`, `watch` and `report` take the file as well.
 */
export class OrchestratorSession {
  readonly #path: string;
  readonly #file: CaseFile;

  private constructor(path: string, file: CaseFile) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws UsageError on a file that is no session */
  static async open(path: string): Promise<OrchestratorSession> {
    if (existsSync(path)) {
      const { readCase } = await import('../run/case-store.ts');
      const file = readCase(path);
      if (file.scenario !== scenarioName) {
        const hint = `its scenario is ${file.scenario}; --session FILE takes another file`;
        throw new UsageError('this case file is no session of an orchestrator', path, hint);
      }
      return new OrchestratorSession(path, file);
    }
    const { scenario } = await chooseScenario(scenarioName);
    const { calmConfig } = await import('../run/draw-config.ts');
    const { buildCase } = await import('../run/build-case.ts');
    const settings = calmConfig(scenario);
    const fresh = buildCase(scenario, { seed: 1, settings }, scenarioName);
    return new OrchestratorSession(path, {
      ...fresh,
      plan: [],
      intents: [],
      choices: { kind: 'calm', list: [] },
    });
  }

  /** Throws the cluster away; false: there was none. */
  static reset(path: string): boolean {
    if (!existsSync(path)) return false;
    rmSync(path);
    return true;
  }

  get intents(): readonly OperatorIntent[] {
    return this.#file.intents as readonly OperatorIntent[];
  }

  /** Virtual time at which the next command is given. */
  get nowUs(): number {
    const last = this.intents.at(-1);
    return last === undefined ? formedUs : last.atUs;
  }

  /**
   * Runs all commands so far and then this one. What changes the cluster is kept, unless it is refused:
   * then the file stays as it was.
   *
   * @param keeps false for questions
   */
  async perform(action: OperatorAction, keeps: boolean): Promise<Performed> {
    const { nowUs } = this;
    const before = this.intents.filter((intent) => intent.do !== 'wait');
    const asked: OperatorIntent = { client: 0, fresh: true, atUs: nowUs, ...action };
    const { result, record, endedUs } = await this.#run([...before, asked], nowUs);
    const nextUs = Math.min(lastUs, Math.max(nowUs, endedUs) + pauseUs);
    const isDone = result.kind !== 'refused' && result.kind !== 'unknown';
    if (keeps && isDone && record.verdict !== 'broken') this.#save([...before, asked], nextUs);
    return { result, record, nowUs: keeps && isDone ? nextUs : nowUs };
  }

  /** Lets virtual time go by. */
  wait(forUs: number): number {
    const nextUs = this.nowUs + forUs;
    if (nextUs > lastUs) {
      const left = Math.floor((lastUs - this.nowUs) / 1_000_000);
      throw new UsageError('a session lasts ten minutes', 'wait', `${left} s are left`);
    }
    this.#save(
      this.intents.filter((intent) => intent.do !== 'wait'),
      nextUs,
    );
    return nextUs;
  }

  #save(intents: readonly OperatorIntent[], nextUs: number): void {
    const wait: OperatorIntent = { client: 0, fresh: true, atUs: nextUs, do: 'wait' };
    const file = { ...this.#file, intents: [...intents, wait] };
    // Whole or not at all.
    const draft = `${this.#path}.new`;
    try {
      writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`);
      renameSync(draft, this.#path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(`the session cannot be kept (${code})`, this.#path, '--session FILE');
    }
  }

  async #run(
    intents: readonly OperatorIntent[],
    atUs: number,
  ): Promise<{ result: OperatorResult; record: RunRecord; endedUs: number }> {
    const { scenario } = await chooseScenario(scenarioName);
    const { runCase } = await import('../run/run.ts');
    const { formUs, stormUs } = scenario.phases;
    const settleUs = atUs + beyondUs - formUs - stormUs;
    const phases = { ...scenario.phases, settleUs };
    let history: ClusterHistory | undefined;
    const { record } = await runCase(
      { ...scenario, phases },
      { ...this.#file, intents },
      {
        name: scenarioName,
        onHistory(made) {
          history = made as ClusterHistory;
        },
      },
    );
    const last = intents.length - 1;
    const answer = history?.answer[last]?.answer as OperatorResult | undefined;
    const endedUs = history?.completedUs[last] ?? -1;
    return { result: answer ?? { kind: 'unknown' }, record, endedUs };
  }
}
