import { defineConfig } from './src/index.ts';

/** The gate of this repository: `npx seedstorm ci`. */
export default defineConfig({
  doctor: { seeds: 2, scenarios: ['raft-storm'] },
  scenarios: [{ scenario: 'raft-storm', seeds: 10_000 }],
  canary: [
    { system: 'raft', seeds: 20 },
    { system: 'storage', seeds: 20 },
  ],
});
