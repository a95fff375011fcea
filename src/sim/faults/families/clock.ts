import { type FaultFamily, type FaultOf, named, targetAlone } from '../strike.ts';

/** The wall clock jumps, for good. */
export const clockStep: FaultFamily<FaultOf<'clock-step'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    tools.world.stepWallClock(target!, fault.stepUs);
    const way = fault.stepUs < 0 ? 'back' : 'forward';
    const byMs = Math.abs(fault.stepUs) / 1000;
    return {
      text: `the wall clock of ${named(target!, tools)} steps ${way} by ${byMs} ms`,
      endText: `the wall clock of ${tools.world.nodeId(target!)} stays where it is`,
      end: () => {},
    };
  },
};

/** The wall clock stands still. */
export const clockFreeze: FaultFamily<FaultOf<'clock-freeze'>> = {
  nodes: targetAlone,
  begin(_fault, [target], tools) {
    tools.holds.freeze(target!);
    return {
      text: `the wall clock of ${named(target!, tools)} stands still`,
      endText: `the wall clock of ${tools.world.nodeId(target!)} runs on`,
      end: () => tools.holds.thaw(target!),
    };
  },
};

/** The monotonic clock runs at another rate. */
export const clockDrift: FaultFamily<FaultOf<'clock-drift'>> = {
  nodes: targetAlone,
  begin(fault, [target], tools) {
    tools.holds.drift(target!, fault.partsPerMillion);
    return {
      text: `the clock of ${named(target!, tools)} ${rateText(fault.partsPerMillion)}`,
      endText: `the clock of ${tools.world.nodeId(target!)} has its own rate again`,
      end: () => tools.holds.drift(target!, -fault.partsPerMillion),
    };
  },
};

/** A drift as people say it: `runs 2 % fast`. */
function rateText(partsPerMillion: number): string {
  if (partsPerMillion === 0) return 'keeps its rate';
  const percent = Math.abs(partsPerMillion) / 10_000;
  return `runs ${percent} % ${partsPerMillion < 0 ? 'slow' : 'fast'}`;
}
