import { Signal } from '@lumino/signaling';
import type { ISession } from '../model/session';

/** Words that the reader chose; setting one draws the section anew, and they outlast a reload. */
export class Choices {
  constructor(
    private readonly _session: ISession,
    private readonly _prefix: string
  ) {}

  readonly changed = new Signal<this, void>(this);

  get = (name: string): string => this._session.kept.word(`${this._prefix}.${name}`);
  all = (name: string): readonly string[] => this._session.kept.words(`${this._prefix}.${name}`);

  set = (name: string, value: string | readonly string[]): void => {
    const words = typeof value === 'string' ? value : [...value];
    this._session.kept.keep(`${this._prefix}.${name}`, words);
    this.changed.emit();
  };

  // A section wakes, rests and disposes its choices like its models: they need none of it.
  wake(): void {}
  rest(): void {}
  async refresh(): Promise<void> {}
  dispose(): void {
    Signal.clearData(this);
  }
}
