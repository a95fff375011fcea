/** What the test bundles for a browser: the part of seedstorm that runs one case, and a scenario. */
import raftStorm from '../../scenarios/raft-storm.ts';
import type { CaseFile } from '../../src/record/case-file.ts';
import { executeCase } from '../../src/run/run-case.ts';
import type { Host } from '../../src/run/run-contract.ts';

/** Handlers of Raft are synchronous, so no promise has to be drained between two steps. */
const browserHost: Host = {
  slice: (work) =>
    new Promise((resolve, reject) => {
      setTimeout(() => {
        try {
          resolve(work(() => {}));
        } catch (error) {
          reject(error);
        }
      });
    }),
  nowMs: () => performance.now(),
};

/** What is left of a run, small enough to be sent out of the browser. */
export interface Replayed {
  readonly verdict: string;
  readonly digest: string;
  readonly steps: number;
  readonly rung: string | undefined;
}

export async function replay(input: CaseFile | { readonly seed: number }): Promise<Replayed> {
  const { record } = await executeCase(raftStorm, input, {}, browserHost);
  const { verdict, digest, steps, violation } = record;
  return { verdict, digest, steps, rung: violation?.rung };
}
