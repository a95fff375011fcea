import { atScale } from './orchestrator/scale.ts';

/** 10,000 tasks on 100 workers; the leader dies in the middle of their deployment. */
export default atScale({ workers: 100, services: 1_000, replicas: 10 });
