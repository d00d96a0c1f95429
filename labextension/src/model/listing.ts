import { Debouncer } from '@lumino/polling';
import { Question } from './question';

export const PAGE = 100;
const MOST = 1000;
const TYPING_MS = 250;

/** Where a page starts, in the words of the verb that answered the one before. */
export type Cursor = string | number;

/** Some rows of a long list, and where to go on. */
export interface IPage<T> {
  readonly rows: readonly T[];
  readonly next: Cursor | null;
  readonly total?: number;
}

/** Ask for *limit* rows that match *query*, from *cursor* on. */
export type Load<T> = (query: string, cursor: Cursor | null, limit: number) => Promise<IPage<T>>;

/** How many rows are read at a time, and again at most when something changes. */
export interface ISizes {
  readonly page: number;
  readonly most: number;
}

/** A list that is read page by page, as far as somebody scrolls. */
export class Listing<T> extends Question<IPage<T>> {
  constructor(load: Load<T>, key: (row: T) => string, sizes: Partial<ISizes> = {}) {
    super(() => this._head());
    this._load = load;
    this._key = key;
    this._sizes = { page: PAGE, most: MOST, ...sizes };
  }

  get rows(): readonly T[] {
    return this.answer?.rows ?? [];
  }

  get hasMore(): boolean {
    return this.answer !== null && this.answer.next !== null;
  }

  get query(): string {
    return this._query;
  }

  /** Search on the server, once the typing stops. */
  search(query: string): void {
    if (query !== this._query) {
      this._query = query;
      void this._typing.invoke();
    }
  }

  /** Read the next page, unless one is on its way. */
  async more(): Promise<void> {
    const { answer, problem, isBusy } = this;
    if (answer && answer.next !== null && !problem && !isBusy) {
      await this.settle(async () => {
        const page = await this._load(this._query, answer.next, this._sizes.page);
        return { ...page, rows: this._joined(answer.rows, page.rows) };
      });
    }
  }

  override dispose(): void {
    this._typing.dispose();
    super.dispose();
  }

  /** Read the rows at hand again, and keep those that are out of reach. */
  private async _head(): Promise<IPage<T>> {
    const { answer, _query: query } = this;
    const { page: size, most } = this._sizes;
    const known = answer && query === this._answered ? answer : null;
    const limit = Math.min(most, Math.max(size, known?.rows.length ?? 0));
    const page = await this._load(query, null, limit);
    this._answered = query;
    if (!known || known.rows.length <= size || page.next === null) {
      return page;
    }
    const last = page.rows[page.rows.length - 1];
    const met = last ? known.rows.findIndex(row => this._key(row) === this._key(last)) : -1;
    const tail = met >= 0 ? known.rows.slice(met + 1) : [];
    return { ...page, rows: this._joined(page.rows, tail), next: known.next };
  }

  private _joined(head: readonly T[], tail: readonly T[]): readonly T[] {
    const seen = new Set(head.map(this._key));
    return [...head, ...tail.filter(row => !seen.has(this._key(row)))];
  }

  private readonly _load: Load<T>;
  private readonly _key: (row: T) => string;
  private readonly _sizes: ISizes;
  private readonly _typing = new Debouncer(() => this.refresh(), TYPING_MS);
  private _query = '';
  private _answered: string | null = null;
}
