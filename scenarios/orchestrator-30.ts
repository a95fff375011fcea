import { atScale } from './orchestrator/scale.ts';

/** 1,000 tasks on 30 workers: as `orchestrator-100`, in seconds. */
export default atScale({ workers: 30, services: 100, replicas: 10 });
