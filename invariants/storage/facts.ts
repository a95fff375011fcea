import type { FactsOf } from '../../src/index.ts';
import { clientFacts } from './facts-of-clients.ts';
import { fragmentFacts } from './facts-of-fragments.ts';
import { memberFacts } from './facts-of-members.ts';
import { tableFacts } from './facts-of-tables.ts';

/** By id of a rung of the storage ladder: its violations as facts that cannot all be. */
export const storageFacts: Readonly<Record<string, FactsOf>> = {
  ...fragmentFacts,
  ...memberFacts,
  ...tableFacts,
  ...clientFacts,
};
