import { simTest } from 'seedstorm/vitest';
import counter from '../scenarios/counter.ts';

simTest('the counter survives crashes', counter, { seeds: 100 });
