import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';

const KEY = 'jupyter-mlops:panel';

/** What the panel looks like, kept over a reload of the page: words by name. */
export class Kept {
  constructor(private readonly _state: IStateDB | null) {}

  /** Read what was kept; nothing that goes wrong here may stop the panel. */
  async load(): Promise<this> {
    const found = await this._state?.fetch(KEY).catch(() => undefined);
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) {
      this._words = { ...(found as ReadonlyPartialJSONObject), ...this._words };
    }
    return this;
  }

  word(name: string): string {
    const found = this._words[name];
    return typeof found === 'string' ? found : '';
  }

  words(name: string): readonly string[] {
    const found = this._words[name];
    return Array.isArray(found) ? found.filter(item => typeof item === 'string') : [];
  }

  keep(name: string, value: string | string[]): void {
    this._words = { ...this._words, [name]: value };
    void this._saving.invoke();
  }

  private _words: ReadonlyPartialJSONObject = {};
  private readonly _saving = new Debouncer(
    () => this._state?.save(KEY, { ...this._words }).catch(() => undefined),
    200
  );
}
