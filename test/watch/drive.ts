import type { CaseFile } from '../../src/record/case-file.ts';
import { findScenario, loadScenario } from '../../src/run/loader.ts';
import { prepareRun } from '../../src/run/prepare-run.ts';
import type { RunInput, RunResult } from '../../src/run/run-contract.ts';
import type { Scenario } from '../../src/run/scenario-contract.ts';
import type { WatchCommand, WatchSnapshot } from '../../src/watch/protocol.ts';
import { Session } from '../../src/watch/session/session.ts';

/** A session in this thread on a clock that moves whenever it is read. */
export class Driver {
  readonly session: Session;
  readonly saved: { readonly path: string; readonly caseFile: CaseFile }[] = [];

  constructor(scenario: Scenario, input: RunInput, name: string = 'test') {
    let ms = 0;
    this.session = new Session({
      scenario,
      input,
      name,
      nowMs: () => {
        ms += 0.5;
        return ms;
      },
      save: (caseFile, path = 'somewhere.json') => {
        this.saved.push({ path, caseFile });
        return path;
      },
    });
  }

  /** Does a command, and whatever work it brings, to its end. */
  do(command: WatchCommand): WatchSnapshot {
    this.session.command(command);
    for (let slices = 0; !this.session.isStill; slices++) {
      if (slices > 100_000) throw new Error(`${command.kind} never ends`);
      this.session.work(8);
    }
    return this.session.snapshot();
  }

  /** Works until nothing is left to do. */
  rest(): WatchSnapshot {
    for (let slices = 0; this.session.work(8) === 0; slices++) {
      if (slices > 100_000) throw new Error('the session never comes to rest');
    }
    return this.session.snapshot();
  }

  get now(): WatchSnapshot {
    return this.session.snapshot();
  }
}

/** As fast as it can. */
export const fullSpeed: WatchCommand = { kind: 'speed', index: 99 };

export async function scenarioNamed(name: string): Promise<Scenario> {
  return await loadScenario(findScenario(name));
}

/** What an ordinary run leaves. */
export function plainRun(scenario: Scenario, input: RunInput): RunResult {
  const run = prepareRun(scenario, input);
  while (!run.done) run.advance(20_000);
  return run.finish();
}
