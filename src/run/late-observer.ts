import type { WorldObserver } from '../sim/observer.ts';

/** An observer whose real one is put in later. */
export function lateObserver(box: { readonly observer: WorldObserver }): WorldObserver {
  return {
    afterStep: (step) => box.observer.afterStep?.(step),
    lifecycle: (node, what, timeUs) => box.observer.lifecycle?.(node, what, timeUs),
    promised: (node, file, from, to) => box.observer.promised?.(node, file, from, to),
    directoryPromised: (node, directory) => box.observer.directoryPromised?.(node, directory),
    threw: (node, error, timeUs) => box.observer.threw?.(node, error, timeUs),
    probe: (node, name) => box.observer.probe?.(node, name),
    log: (node, text, fields, timeUs) => box.observer.log?.(node, text, fields, timeUs),
    fault: (event) => box.observer.fault?.(event),
  };
}
