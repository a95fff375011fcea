import type {
  FromSession,
  LogSnapshot,
  SessionPort,
  WatchCommand,
  WatchSnapshot,
} from '../protocol.ts';
import { heightOf } from './layout.ts';
import { innerSize } from './panel.ts';
import { press } from './press.ts';
import type { KeyName } from './pressed.ts';
import { initialUi, type UiState } from './ui-state.ts';
import { worldLayout } from './world-frame.ts';

/** What the screen shows now; replaced by another object whenever anything changes. */
export interface ScreenState {
  readonly snapshot: WatchSnapshot | LogSnapshot | undefined;
  readonly ui: UiState;
  readonly showNotice: boolean;
}

/** How a session ended. */
export interface ScreenEnd {
  readonly exitCode: number;
  /** What went wrong, to be said when the terminal is restored. */
  readonly failure?: { readonly text: string; readonly details: readonly string[] };
}

/** The state of the screen between a person and a session. It knows no terminal. */
export class ScreenModel {
  readonly #port: SessionPort;
  readonly #listeners = new Set<() => void>();
  readonly #onEnd: (end: ScreenEnd) => void;
  #state: ScreenState;
  #window = '';
  #noticeSeen = 0;

  constructor(
    port: SessionPort,
    size: { readonly columns: number; readonly rows: number },
    onEnd: (end: ScreenEnd) => void,
  ) {
    this.#port = port;
    this.#onEnd = onEnd;
    this.#state = {
      snapshot: undefined,
      ui: initialUi(size.columns, size.rows),
      showNotice: true,
    };
    port.listen((message) => this.#receive(message));
  }

  /** The state now. */
  readonly getState = (): ScreenState => this.#state;

  /** Calls back after each change. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** A key was pressed. */
  press(key: KeyName): void {
    const { snapshot } = this.#state;
    const { ui, commands } = press(key, { ui: this.#state.ui, snapshot });
    // What was last said is read by now, unless the key makes the session say something new.
    if (snapshot?.kind === 'world') this.#noticeSeen = snapshot.notice?.number ?? 0;
    this.#set({ ...this.#state, ui, showNotice: false });
    for (const command of commands) this.#send(command);
  }

  /** Shows the same again. */
  touch(): void {
    this.#set({ ...this.#state });
  }

  /** The terminal has another size. */
  resize(columns: number, rows: number): void {
    this.#set({ ...this.#state, ui: { ...this.#state.ui, columns, rows } });
  }

  #send(command: WatchCommand): void {
    this.#port.send(command);
  }

  #receive(message: FromSession): void {
    switch (message.kind) {
      case 'snapshot': {
        const { snapshot } = message;
        const number = snapshot.kind === 'world' ? (snapshot.notice?.number ?? 0) : 0;
        const { ui } = this.#state;
        this.#set({
          snapshot,
          ui: snapshot.kind === 'log' ? { ...ui, fromLog: false } : ui,
          showNotice: this.#state.showNotice || number !== this.#noticeSeen,
        });
        return;
      }
      case 'failed':
        this.#onEnd({
          exitCode: message.exitCode,
          failure: { text: message.text, details: message.details },
        });
        return;
      case 'ended':
        this.#onEnd({ exitCode: message.exitCode });
        return;
    }
  }

  #set(state: ScreenState): void {
    this.#state = this.#fitted(state);
    for (const listener of this.#listeners) listener();
  }

  /** Tells the session how many events there is room for, when that has changed. */
  #fitted(state: ScreenState): ScreenState {
    const { snapshot, ui } = state;
    if (snapshot?.kind !== 'world') return state;
    const layout = worldLayout(snapshot, ui);
    const frame = { width: ui.columns, height: heightOf(layout, 'events'), boxed: layout.boxed };
    const rows = frame.height === 0 ? ui.eventRows : innerSize(frame).height;
    const window = `${rows} ${ui.eventsBack}`;
    if (window !== this.#window && rows > 0) {
      this.#window = window;
      this.#send({ kind: 'window', rows, back: ui.eventsBack });
    }
    return rows === ui.eventRows ? state : { ...state, ui: { ...ui, eventRows: rows } };
  }
}
