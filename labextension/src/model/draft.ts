import { Debouncer } from '@lumino/polling';
import { Question } from './question';

const TYPING_MS = 500;

/** What the server says to something that is being typed: it is asked once the typing stops. */
export class Draft<G extends object, T> extends Question<T> {
  constructor(ask: (given: G) => Promise<T>, given: G) {
    super(() => {
      this._asked = this._given;
      return ask(this._given);
    });
    this._given = given;
  }

  /** What was typed. */
  get given(): G {
    return this._given;
  }

  /** Whether the answer is, or will be, to something that stood there before. */
  get isBehind(): boolean {
    return this._asked !== this._given || this.isBusy;
  }

  give(given: Partial<G>): void {
    this._given = { ...this._given, ...given };
    this.tell();
    void this._typing.invoke();
  }

  override dispose(): void {
    this._typing.dispose();
    super.dispose();
  }

  private readonly _typing = new Debouncer(() => this.refresh(), TYPING_MS);
  private _given: G;
  private _asked: G | null = null;
}
