import { Reminder } from '../../common/alarms.ts';
import type { Cell } from '../../common/table.ts';
import { Controllers } from '../controllers/controllers.ts';
import { type Leadership, proposeAgainUs } from './leadership.ts';

/**
 * Drives the controllers: a pass when an entry has changed something or time has come, the next one
 * when all that the last one proposed has ended.
 */
export class ControllerLoop {
  private readonly lead: Leadership;
  private readonly controllers: Controllers;
  private readonly reminder: Reminder;
  /** Proposals of the last pass that have not ended. */
  private open = 0;
  /** One of them was not taken. */
  private failed = false;

  constructor(lead: Leadership) {
    this.lead = lead;
    // What an earlier leader was about to do is found in the store.
    this.controllers = new Controllers(lead.state);
    this.reminder = new Reminder(lead.alarms, () => this.pass());
  }

  begin(): void {
    this.reminder.within(0);
  }

  observe(changed: readonly Cell[]): void {
    this.controllers.observe(changed);
    if (this.open === 0) this.reminder.within(0);
  }

  private pass(): void {
    if (this.open > 0) return;
    const { lead, controllers } = this;
    const commands = controllers.pass(lead.timeUs);
    if (commands.length === 0) {
      this.sleep();
      return;
    }
    this.failed = false;
    // All are counted before the first one can end.
    this.open = commands.length;
    for (const command of commands) {
      lead.propose(command, (reply) => {
        if (reply === null) this.failed = true;
        this.open -= 1;
        if (this.open === 0) this.reminder.within(this.failed ? proposeAgainUs : 0);
      });
    }
  }

  private sleep(): void {
    const { nextUs } = this.controllers;
    if (nextUs !== null) this.reminder.within(Math.max(1, nextUs - this.lead.timeUs));
  }
}
