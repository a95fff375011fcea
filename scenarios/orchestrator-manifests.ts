import { orchestratorLadder } from '../invariants/orchestrator/ladder.ts';
import { type Domain, everything, scenario } from '../src/index.ts';
import { faultsError } from '../src/manifests/manifest-fault.ts';
import { manifestFile, ownManifests } from '../src/manifests/manifest-files.ts';
import { readManifests } from '../src/manifests/read-manifests.ts';
import {
  type OperatorIntent,
  plainWish,
} from '../src/systems/orchestrator/client/operator-action.ts';
import { operators } from './orchestrator/operators.ts';
import { cluster, orchestratorWords, phases } from './orchestrator/setting.ts';

const file: Domain = { kind: 'one of', values: ownManifests, open: true };

/** Manifests that are applied when the cluster forms, in the middle of the storm, and after it. */
function intents(config: Readonly<Record<string, number | string | boolean>>): OperatorIntent[] {
  const name = String(config.file ?? ownManifests[0]);
  const { manifests, faults } = readManifests([manifestFile(name)]);
  if (faults.length > 0) throw faultsError(faults);
  const wishes = manifests.map(({ wish }) => plainWish(wish));
  const times = [phases.form / 2, phases.form + phases.storm / 2, phases.form + phases.storm];
  return times.map((atUs) => ({ client: 0, fresh: true, atUs, do: 'apply', wishes }));
}

export default scenario({
  summary: 'Manifests under every fault family: those of the house, or --set file=my.yaml',
  system: cluster(),
  clients: operators(intents, { file }),
  storm: everything({ butRarely: ['wipe'], operated: true, words: orchestratorWords }),
  ladder: orchestratorLadder,
  phases,
});
