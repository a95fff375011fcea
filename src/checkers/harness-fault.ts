export { HarnessFault } from '../record/harness-fault.ts';
