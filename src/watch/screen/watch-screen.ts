import { Text, useApp, useInput, usePaste, useStdout } from 'ink';
import {
  createElement,
  memo,
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
  /** Ctrl-Z was pressed, and the terminal is the shell's again until the promise is settled. */
  readonly suspend?: () => Promise<void>;
}

/** The screen as a component: keys go to the model, frames come from it. */
export function WatchScreen({ model, look, painter, suspend }: WatchScreenProps): ReactNode {
  const { stdout } = useStdout();
  const { suspendTerminal } = useApp();
  useEffect(() => {
    const resize = (): void => {
      painter?.forget();
      model.resize(stdout.columns ?? 80, stdout.rows ?? 24);
    };
    stdout.on('resize', resize);
    return () => void stdout.off('resize', resize);
  }, [model, painter, stdout]);
  useInput((input, key) => {
    const names = keyNames(input, key);
    if (names[0] === 'ctrl-z' && suspend !== undefined) {
      void suspendTerminal(suspend).then(() => {
        painter?.forget();
        model.resize(stdout.columns ?? 80, stdout.rows ?? 24);
      });
      return;
    }
    for (const name of names) model.press(name);
  });
  usePaste((text) => {
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
  const paced = useMemo(() => pacedStore(model), [model]);
  const state = useSyncExternalStore(paced.subscribe, model.getState);
  const rows = frameLines({ ...state, look }, panels);
  useLayoutEffect(() => {
    // A terminal that is behind gets the next frame instead: there always is one soon.
    if (painter !== undefined && !painter.paint(rows)) paced.again();
  });
  if (painter !== undefined) return null;
  return rows.map((row, y) => createElement(RowText, { key: y, row }));
}

const RowText = memo(
  ({ row }: { readonly row: string }): ReactNode => createElement(Text, { wrap: 'truncate' }, row),
);

interface PacedStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly again: () => void;
}

/** A model that tells of its changes no more often than frames may come. */
function pacedStore(model: ScreenModel): PacedStore {
  let again = (): void => {};
  return {
    subscribe(listener) {
      const pace = framePace(framesPerSecond, listener);
      again = () => pace.request();
      const leave = model.subscribe(() => pace.request());
      return () => {
        leave();
        pace.stop();
      };
    },
    again: () => again(),
  };
}
