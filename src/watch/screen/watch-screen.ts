import { Text, useApp, useInput, usePaste, useWindowSize } from 'ink';
import {
  createElement,
  memo,
  type NamedExoticComponent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';
import { Memo } from './compose.ts';
import { frameLines } from './frame.ts';
import { framePace } from './frame-pace.ts';
import type { FramePainter } from './frame-painter.ts';
import { keyNames, pastedKeys } from './key-names.ts';
import type { Look } from './look.ts';
import type { ScreenModel } from './screen-model.ts';

/** Frames a second, at most. */
export const framesPerSecond: number = 15;

/** Properties of `WatchScreen`. */
export interface WatchScreenProps {
  readonly model: ScreenModel;
  readonly look: Look;
  /** Brings frames onto the terminal. Default: ink does, which costs more (see `FramePainter`). */
  readonly painter?: FramePainter;
  /** Ctrl-Z: the terminal is the shell's until the promise is settled. Default: the key does nothing. */
  readonly suspend?: () => Promise<void>;
}

/** The screen as a component: keys go to the model, frames come from it. */
export function WatchScreen({ model, look, painter, suspend }: WatchScreenProps): ReactNode {
  const { columns, rows } = useWindowSize();
  const { suspendTerminal } = useApp();
  useEffect(() => {
    painter?.forget();
    model.resize(columns, rows);
  }, [model, painter, columns, rows]);
  const again = (): void => {
    painter?.forget();
    model.touch();
  };
  useInput((input, key) => {
    for (const name of keyNames(input, key)) {
      if (name === 'ctrl-l') again();
      else if (name !== 'ctrl-z') model.press(name);
      else if (suspend !== undefined) void suspendTerminal(suspend).then(again);
    }
  });
  usePaste((text) => {
    // Keys that were never typed must not steer a cluster.
    if (model.getState().ui.prompt === undefined) return;
    for (const name of pastedKeys(text)) model.press(name);
  });
  return createElement(Frame, { model, look, painter });
}

interface FrameProps {
  readonly model: ScreenModel;
  readonly look: Look;
  readonly painter: FramePainter | undefined;
}

function Frame({ model, look, painter }: FrameProps): ReactNode {
  const panels = useMemo(() => new Memo(), []);
  const subscribe = useMemo(() => paced(model), [model]);
  const state = useSyncExternalStore(subscribe, model.getState);
  const rows = frameLines({ ...state, look }, panels);
  useLayoutEffect(() => {
    if (painter === undefined || painter.paint(rows)) return;
    const timer = setInterval(() => {
      if (painter.paint(rows)) clearInterval(timer);
    }, 1_000 / framesPerSecond);
    return () => clearInterval(timer);
  });
  if (painter !== undefined) return null;
  return rows.map((row, y) => createElement(RowText, { key: y, row }));
}

const RowText: NamedExoticComponent<{ readonly row: string }> = memo(({ row }) =>
  createElement(Text, { wrap: 'truncate' }, row),
);

/** A subscription that hears of changes no more often than frames may come. */
function paced(model: ScreenModel): (listener: () => void) => () => void {
  return (listener) => {
    const pace = framePace(framesPerSecond, listener);
    const leave = model.subscribe(() => pace.request());
    return () => {
      leave();
      pace.stop();
    };
  };
}
