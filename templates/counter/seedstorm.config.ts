import { defineConfig } from 'seedstorm';

export default defineConfig({
  scenarios: [{ scenario: 'counter', seeds: 500 }],
  // A bug that is planted in a copy of the sources: if it is not found, the gate is red.
  canary: { system: 'counter' },
});
