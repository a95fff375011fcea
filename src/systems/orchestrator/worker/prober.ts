import { type Alarm, callOff } from '../../common/alarms.ts';
import type { HealthCheck } from '../specs/health-check.ts';
import type { WorkerCore } from './worker-core.ts';

/** Asks one container again and again whether it is well. */
export class Prober {
  private readonly core: Pick<WorkerCore, 'alarms' | 'runtime' | 'env'>;
  private readonly task: string;
  private readonly check: HealthCheck;
  private readonly told: (well: boolean) => void;
  private readonly startedUs: number;
  private failures = 0;
  private wasWell = false;
  private round = 0;
  private alarm: Alarm | null = null;
  private over = false;

  /** @param told whether it is well, each time that this is decided: not at a single failure */
  constructor(
    core: Pick<WorkerCore, 'alarms' | 'runtime' | 'env'>,
    task: string,
    check: HealthCheck,
    told: (well: boolean) => void,
  ) {
    this.core = core;
    this.task = task;
    this.check = check;
    this.told = told;
    this.startedUs = core.env.clock.monotonicUs();
    this.ask();
  }

  stop(): void {
    this.over = true;
    callOff(this.alarm);
  }

  private ask(): void {
    const { alarms, runtime } = this.core;
    const { probe, timeoutUs, intervalUs } = this.check;
    const round = ++this.round;
    const sentUs = this.core.env.clock.monotonicUs();
    this.alarm = alarms.after(timeoutUs, () => this.answered(round, sentUs, intervalUs, false));
    runtime.probe(this.task, probe, (well) => this.answered(round, sentUs, intervalUs, well));
  }

  private answered(round: number, sentUs: number, intervalUs: number, well: boolean): void {
    if (this.over || round !== this.round) return;
    this.round++;
    callOff(this.alarm);
    const { alarms, env } = this.core;
    const spentUs = env.clock.monotonicUs() - sentUs;
    this.alarm = alarms.after(Math.max(0, intervalUs - spentUs), () => this.ask());
    this.judge(well);
  }

  private judge(well: boolean): void {
    if (well) {
      this.failures = 0;
      this.wasWell = true;
      this.told(true);
      return;
    }
    const { startPeriodUs, retries } = this.check;
    const upUs = this.core.env.clock.monotonicUs() - this.startedUs;
    if (!this.wasWell && upUs < startPeriodUs) return;
    this.failures++;
    if (this.failures >= retries) this.told(false);
  }
}
