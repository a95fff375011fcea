import { simTest } from 'seedstorm/vitest';

simTest('the counter survives crashes', 'counter', { seeds: 100 });
