import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Api } from './api/client';
import { type ICard, plainCard, readShown } from './card';
import { RECORD_MIME } from './tokens';

/** Why there is no fresh answer: no project yet, no server extension, or what went wrong. */
export interface IProblem {
  readonly kind: 'no-project' | 'no-server' | 'error';
  readonly message: string;
  readonly hint: string;
}

/** Ask for the project's status while somebody looks, and keep the last good answer. */
export class StatusModel implements IDisposable {
  constructor(options: StatusModel.IOptions) {
    this._api = options.api;
    this._poll = new Poll({
      name: 'jupyter-mlops:status',
      factory: () => this._tick(),
      frequency: { interval: options.pollSeconds * 1000, backoff: true },
      standby: () => this._isResting || 'when-hidden'
    });
  }

  /** Emitted when anything below has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The last good answer. */
  get card(): ICard | null {
    return this._card;
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
    return this._poll.isDisposed;
  }

  set pollSeconds(value: number) {
    this._poll.frequency = { ...this._poll.frequency, interval: value * 1000 };
  }

  /** Ask now, and again as time passes, until `rest`. */
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
    const question = ++this._questions;
    this._isBusy = true;
    this._changed.emit();
    const { card, problem } = await this._ask();
    if (question !== this._questions || this.isDisposed) {
      return; // overtaken by a later question
    }
    this._isBusy = false;
    this._problem = problem;
    if (card) {
      this._card = card;
      this._answeredAt = new Date();
    }
    this._changed.emit();
  }

  dispose(): void {
    this._poll.dispose();
    Signal.clearData(this);
  }

  private async _ask(): Promise<Answer> {
    try {
      const { data, error, response } = await this._api.POST('/jupyter-mlops/v1/status', {
        body: {},
        headers: { Accept: RECORD_MIME }
      });
      return response.ok
        ? { card: readShown(data) ?? plainCard('Status', data), problem: null }
        : { card: null, problem: readProblem(response, error) };
    } catch (reason) {
      return { card: null, problem: { kind: 'error', message: String(reason), hint: '' } };
    }
  }

  private async _tick(): Promise<void> {
    await this.refresh();
    if (this._problem) {
      throw new Error(this._problem.message); // so that the poll backs off
    }
  }

  private readonly _api: Api;
  private readonly _poll: Poll;
  private readonly _changed = new Signal<this, void>(this);
  private _card: ICard | null = null;
  private _answeredAt: Date | null = null;
  private _problem: IProblem | null = null;
  private _isBusy = false;
  private _isResting = true;
  private _questions = 0;
}

export namespace StatusModel {
  export interface IOptions {
    readonly api: Api;
    readonly pollSeconds: number;
  }
}

type Answer = { card: ICard; problem: null } | { card: null; problem: IProblem };

/** Tell our own errors (they carry a code) from the server's, which knows no such address. */
function readProblem(response: Response, error: unknown): IProblem {
  const body: { code?: unknown; message?: unknown; hint?: unknown } =
    typeof error === 'object' && error !== null ? error : {};
  const message =
    typeof body.message === 'string' && body.message
      ? body.message
      : `${response.status} ${response.statusText}`.trim();
  const hint = typeof body.hint === 'string' ? body.hint : '';
  if (response.status !== 404) {
    return { kind: 'error', message, hint };
  }
  return { kind: body.code === 'not-found' ? 'no-project' : 'no-server', message, hint };
}
