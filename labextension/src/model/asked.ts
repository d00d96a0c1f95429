import type { PartialJSONObject } from '@lumino/coreutils';
import type { Answer, Body, Client, VerbName } from '../api/client';
import { type ICard, plainCard, readShown } from '../card';
import { Question } from './question';

/** A question that is asked once somebody wants to know, and anew when it is about something else. */
export class Asked<T> extends Question<T> {
  constructor(ask: () => Promise<T>, { isWanted = true, isLasting = false }: Asked.IOptions = {}) {
    super(ask);
    this._isWanted = isWanted;
    this._isLasting = isLasting;
  }

  /** Whether it was asked, so that an answer is to be shown. */
  get isWanted(): boolean {
    return this._isWanted;
  }

  /** Forget the answer to what was asked before, and ask. */
  start(): void {
    this._isWanted = true;
    this.forget();
    void this.refresh();
  }

  /** Forget the answer, and ask no more. */
  clear(): void {
    this._isWanted = false;
    this.forget();
  }

  override wake(): void {
    if (!this._isLasting || this.answer === null) {
      super.wake();
    }
  }

  override async refresh(): Promise<void> {
    if (this._isWanted) {
      await super.refresh();
    }
  }

  private readonly _isLasting: boolean;
  private _isWanted: boolean;
}

export namespace Asked {
  export interface IOptions {
    /** Whether it is asked at once, or only by `start`. */
    readonly isWanted?: boolean;
    /** Whether the answer never changes, so that it need not be asked for again each time that it is seen. */
    readonly isLasting?: boolean;
  }
}

/** What is dear to answer, and asked for by a button. */
export const WHEN_PRESSED: Asked.IOptions = { isWanted: false, isLasting: true };

/** An answer with its card, and with its figure where it has one. */
export interface ITold<T> {
  readonly record: T;
  readonly card: ICard;
  readonly figure: PartialJSONObject | null;
}

/** Call a verb for all that can be shown of its answer. */
export async function tell<V extends VerbName>(
  client: Client,
  verb: V,
  body: Body<V>
): Promise<ITold<Answer<V>>> {
  const shown = await client.show(verb, body);
  return {
    record: shown.record as Answer<V>,
    card: readShown(shown) ?? plainCard(verb, shown.record),
    figure: (shown.figure as PartialJSONObject | undefined) ?? null
  };
}
