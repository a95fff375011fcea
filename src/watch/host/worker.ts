import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { CaseFile } from '../../record/case-file.ts';
import { fingerprint, writeCaseTo } from '../../run/case-store.ts';
import { nodeHost } from '../../run/host.ts';
import { loadScenario } from '../../run/loader.ts';
import type { Scenario } from '../../run/scenario-contract.ts';
import type { FromSession, ToSession } from '../protocol.ts';
import { Session } from '../session/session.ts';
import { failureOf, Pump } from './pump.ts';
import type { WatchSetup } from './watch-setup.ts';

const port = parentPort!;
const { reference, input, pulse } = workerData as WatchSetup;
const words = new Int32Array(pulse);

/** Names a file after the scenario and what was done in it. */
function defaultPath(caseFile: CaseFile): string {
  const { choices, plan, scenario } = caseFile;
  const name = scenario.replace(/\.[mc]?[jt]s$/, '').replaceAll(/[^\w.-]+/g, '-');
  const seed = choices.kind === 'seed' ? `seed-${choices.seed}` : 'calm';
  return join('logs', 'watch', `${name}-${seed}-${fingerprint(JSON.stringify(plan))}.json`);
}

function tell(message: FromSession): void {
  port.postMessage(message);
}

function pumpOf(scenario: Scenario): Pump {
  return new Pump({
    host: nodeHost,
    later(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    make: (drain) =>
      new Session({
        scenario,
        input,
        name: reference.name,
        nowMs: nodeHost.nowMs,
        ...(drain === undefined ? {} : { drain }),
        save(caseFile, path = defaultPath(caseFile)) {
          writeCaseTo(path, caseFile);
          return path;
        },
      }),
    tell,
    onSlice(isWorking) {
      Atomics.add(words, 0, 1);
      Atomics.store(words, 1, isWorking ? 1 : 0);
    },
  });
}

/** What came before the scenario was loaded. */
const early: ToSession[] = [];
let receive = (message: ToSession): void => void early.push(message);
port.on('message', (message: ToSession) => receive(message));
try {
  const pump = pumpOf(await loadScenario(reference));
  receive = (message) => pump.receive(message);
  for (const message of early) receive(message);
  await pump.run();
} catch (error) {
  tell(failureOf(error));
}
port.close();
