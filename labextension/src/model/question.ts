import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Feed } from './feed';
import { type IProblem, problemOf } from './problem';

const CALM_MS = 250;

/** Something to ask the server while somebody looks; it keeps the last good answer. */
export class Question<T> implements IDisposable {
  constructor(private readonly _ask: () => Promise<T>) {}

  /** Emitted when anything below has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The last good answer. */
  get answer(): T | null {
    return this._answer;
  }

  /** When the last good answer came. */
  get answeredAt(): Date | null {
    return this._answeredAt;
  }

  get problem(): IProblem | null {
    return this._problem;
  }

  get isBusy(): boolean {
    return this._isBusy;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Ask again, at most every *calm* ms, whenever the ledger says that one of *verbs* (any, when empty) was called. */
  hear(feed: Feed, verbs: readonly string[] = [], calm = CALM_MS): this {
    this._calm = new Throttler(() => this.refresh(), { limit: calm, edge: 'trailing' });
    feed.moved.connect((_, told) => {
      if (!this._isResting && isConcerned(told, verbs)) {
        void this._calm?.invoke();
      }
    }, this);
    return this;
  }

  /** Ask now, and again as things change, until `rest`. */
  wake(): void {
    if (this._isResting) {
      this._isResting = false;
      void this.refresh();
    }
  }

  /** Stop asking: nobody looks. */
  rest(): void {
    this._isResting = true;
  }

  /** Ask now. Failures become the `problem`. */
  async refresh(): Promise<void> {
    await this.settle(this._ask);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._calm?.dispose();
      Signal.clearData(this);
    }
  }

  /** Take what *work* returns as the answer, unless a later question overtakes it. */
  protected async settle(work: () => Promise<T>): Promise<void> {
    const question = ++this._questions;
    this._isBusy = true;
    this._changed.emit();
    let answer: T | null = null;
    let problem: IProblem | null = null;
    try {
      answer = await work();
    } catch (reason) {
      problem = problemOf(reason);
    }
    if (question !== this._questions || this._isDisposed) {
      return;
    }
    this._isBusy = false;
    this._problem = problem;
    if (answer !== null) {
      this._answer = answer;
      this._answeredAt = new Date();
    }
    this._changed.emit();
  }

  /** Forget the answer, and any that is on its way: they are to another question. */
  protected forget(): void {
    this._questions++;
    this._answer = null;
    this._problem = null;
    this._isBusy = false;
    this._changed.emit();
  }

  /** Say that something else than the answer has changed. */
  protected tell(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _calm: Throttler | null = null;
  private _answer: T | null = null;
  private _answeredAt: Date | null = null;
  private _problem: IProblem | null = null;
  private _isBusy = false;
  private _isDisposed = false;
  private _isResting = true;
  private _questions = 0;
}

function isConcerned(told: readonly string[] | null, verbs: readonly string[]): boolean {
  return told === null || verbs.length === 0 || told.some(verb => verbs.includes(verb));
}
