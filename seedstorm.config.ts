import { defineConfig } from './src/index.ts';

/** The gate of this repository: `npx seedstorm ci`. */
export default defineConfig({
  doctor: { seeds: 2 },
  scenarios: [
    { scenario: 'raft-storm', seeds: 10_000 },
    { scenario: 'storage-storm', seeds: 60 },
    { scenario: 'orchestrator-storm', seeds: 60 },
  ],
  canary: [
    { system: 'raft', seeds: 20 },
    { system: 'storage', seeds: 10 },
    { system: 'orchestrator', seeds: 10 },
  ],
});
