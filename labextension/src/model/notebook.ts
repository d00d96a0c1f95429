import type { ISignal } from '@lumino/signaling';
import type { Client } from '../api/client';
import type { INotebook, Run } from '../api/contract';
import type { Feed } from './feed';
import { Question } from './question';

const LOOKED_AT = 3; // a run as a whole, and what its cells recorded
const SNAPSHOTS = 'jupyter_mlops.snapshots';
const AGAIN = 'reproduction'; // tags a run that made another one again

/** The notebook that somebody works in; the only thing here that touches documents. */
export interface IDesk {
  /** Emitted when another notebook becomes the active one, or its name changes. */
  readonly changed: ISignal<IDesk, void>;
  /** The active notebook's path from the server's root, or null when none is open. */
  readonly path: string | null;
  save(): Promise<void>;
  /** Open an executed notebook, by its path from the project's root: as it grows, or live with a *kernel* of that id. */
  show(output: string, kernel?: string): Promise<void>;
  /** Put *line* into a new cell below the active one, and run it when asked to. */
  insert(line: string, options?: { run?: boolean }): Promise<void>;
}

/** The active notebook and its newest run; neither when the server does not know the file. */
export interface INotebookState {
  readonly notebook: INotebook;
  readonly run: Run | null;
  /** Snapshots that its newest runs read. */
  readonly data: readonly string[];
}

/** What the project knows of the active notebook. */
export class NotebookModel extends Question<INotebookState> {
  constructor(
    client: Client,
    feed: Feed,
    readonly desk: IDesk
  ) {
    super(() => ask(client, desk.path));
    this.hear(feed);
    desk.changed.connect(this._turn, this);
  }

  get path(): string | null {
    return this.desk.path;
  }

  override async refresh(): Promise<void> {
    if (this.path !== null) {
      await super.refresh();
    }
  }

  override dispose(): void {
    this.desk.changed.disconnect(this._turn, this);
    super.dispose();
  }

  private _turn(): void {
    if (this.path !== this._asked) {
      this._asked = this.path;
      this.forget();
      void this.refresh();
    }
  }

  private _asked: string | null = null;
}

async function ask(client: Client, path: string | null): Promise<INotebookState> {
  const shown = await client.ask('show', { ref: path ?? '' });
  const notebook = shown.record as unknown as INotebook;
  const found = notebook.runs.slice(0, LOOKED_AT).map(ref => client.ask('show', { ref }));
  const runs = (await Promise.all(found)).map(({ record }) => record as unknown as Run);
  const read = runs.flatMap(run => (run.tags[SNAPSHOTS] ?? '').split(/,\s*/)).filter(Boolean);
  const run = runs.find(({ tags }) => !(AGAIN in tags)) ?? runs[0] ?? null;
  return { notebook, run, data: [...new Set(read)] };
}
