import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

const CHANGED = 'https://schema.jupyter-mlops.dev/changed/v1';
const PROGRESS = 'https://schema.jupyter-mlops.dev/progress/v1';

/** How far a job is. */
export interface IProgress {
  readonly job: string;
  readonly state: string;
  readonly done: number;
  readonly total: number;
}

/** What the server pushes over Jupyter's own event socket. Events are hints: REST is the truth. */
export class Feed implements IDisposable {
  constructor(events: Pick<Event.IManager, 'stream'>) {
    this._events = events;
    events.stream.connect(this._hear, this);
    document.addEventListener('visibilitychange', this._look);
  }

  /** The ledger grew by calls of these verbs; null when anything may have changed. */
  get moved(): ISignal<this, readonly string[] | null> {
    return this._moved;
  }

  get progress(): ISignal<this, IProgress> {
    return this._progress;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Tell everybody to ask again, now or once the page is seen. */
  announce(verbs: readonly string[] | null): void {
    if (document.hidden) {
      this._isMissed = true;
    } else {
      this._moved.emit(verbs);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    this._events.stream.disconnect(this._hear, this);
    document.removeEventListener('visibilitychange', this._look);
    Signal.clearData(this);
  }

  private _hear(_: unknown, event: Event.Emission): void {
    if (event.schema_id === CHANGED) {
      this.announce(Array.isArray(event.verbs) ? (event.verbs as string[]) : null);
    } else if (event.schema_id === PROGRESS) {
      this._progress.emit(event as unknown as IProgress);
    }
  }

  private readonly _look = (): void => {
    if (this._isMissed && !document.hidden) {
      this._isMissed = false;
      this._moved.emit(null);
    }
  };

  private readonly _events: Pick<Event.IManager, 'stream'>;
  private readonly _moved = new Signal<this, readonly string[] | null>(this);
  private readonly _progress = new Signal<this, IProgress>(this);
  private _isMissed = false;
  private _isDisposed = false;
}
