export { UsageError } from './record/usage-error.ts';
export { between, milliseconds, oneOf, seconds } from './run/domains.ts';
export { scenario } from './run/scenario.ts';
