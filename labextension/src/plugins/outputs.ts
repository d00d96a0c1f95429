import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { type Contents, Drive, type ServiceManager } from '@jupyterlab/services';
import { Poll, Throttler } from '@lumino/polling';
import type { Feed } from '../model/feed';

const DRIVE = 'mlops';
const ENDPOINT = 'jupyter-mlops/v1/outputs';
const FOLDER = /^\.mlops\/runs\//;
const LOOK_MS = 2000; // a notebook is written every five seconds at most

/** A drive that nothing is written to, so that it keeps no earlier states either. */
class OutputDrive extends Drive {
  override async listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return [];
  }
}

interface IMade {
  readonly cells: readonly {
    readonly id: string;
    readonly outputs?: unknown;
    readonly execution_count?: number | null;
  }[];
}

/** What we need of JupyterLab's code cells. */
interface ICode {
  readonly outputs: { toJSON(): unknown; fromJSON(outputs: unknown): void };
  executionCount: number | null;
}

/** Executed notebooks as documents: read only, without a kernel, and growing while they are made. */
export class Outputs {
  constructor(
    private readonly _services: ServiceManager.IManager,
    private readonly _notebooks: INotebookTracker | null,
    feed: Feed
  ) {
    const { contents, serverSettings } = _services;
    contents.addDrive(new OutputDrive({ name: DRIVE, apiEndpoint: ENDPOINT, serverSettings }));
    _notebooks?.widgetAdded.connect((_, panel) => keepStill(panel));
    feed.moved.connect((_, told) => {
      if (told === null || told.includes('executions')) {
        void this._looking.invoke();
      }
    });
    void new Poll({
      name: 'jupyter-mlops:outputs',
      factory: () => this._look(panel => panel.isVisible),
      frequency: { interval: LOOK_MS, backoff: true },
      standby: 'when-hidden'
    });
  }

  /** Read again those open notebooks that have been written since: a cell that prints moves nothing else. */
  private async _look(isMeant: (panel: NotebookPanel) => boolean = () => true): Promise<void> {
    const panels =
      this._notebooks?.filter(panel => isOutput(panel.context.path) && isMeant(panel)) ?? [];
    await Promise.all(panels.map(panel => this._follow(panel).catch(() => undefined)));
  }

  private async _follow({ context }: NotebookPanel): Promise<void> {
    const { contents } = this._services;
    const known = this._read.get(context) ?? context.contentsModel?.last_modified;
    const { last_modified: written } = await contents.get(context.path, { content: false });
    if (!known || written === known) {
      return;
    }
    const found = await contents.get(context.path, { type: 'notebook', content: true });
    if (!context.isDisposed) {
      this._read.set(context, found.last_modified);
      grow(context.model, found.content as IMade);
    }
  }

  private readonly _read = new WeakMap<NotebookPanel['context'], string>();
  private readonly _looking = new Throttler(() => this._look(), {
    limit: LOOK_MS,
    edge: 'trailing'
  });
}

/** Where JupyterLab finds an executed notebook, by its path from the project's root. */
export function placeOf(output: string): string {
  return `${DRIVE}:${output.replace(FOLDER, '')}`;
}

/** Whether a document is an executed notebook. */
export function isOutput(path: string): boolean {
  return path.startsWith(`${DRIVE}:`);
}

/** Start no kernel for a notebook that is there to be looked at, also when the layout is restored. */
function keepStill({ context, sessionContext }: NotebookPanel): void {
  if (isOutput(context.path)) {
    const still = { shouldStart: false, canStart: false, autoStartDefault: false };
    sessionContext.kernelPreference = { ...sessionContext.kernelPreference, ...still };
  }
}

/** Show what the cells have printed since: only those that did, so that the reader's place is kept. */
function grow(model: NotebookPanel['context']['model'], made: IMade): void {
  const news = new Map(made.cells.map(cell => [cell.id, cell]));
  for (const cell of model.cells) {
    const { outputs, execution_count: count } = news.get(cell.id) ?? {};
    if (cell.type === 'code' && outputs !== undefined) {
      const code = cell as unknown as ICode;
      code.executionCount = count ?? null;
      if (JSON.stringify(code.outputs.toJSON()) !== JSON.stringify(outputs)) {
        code.outputs.fromJSON(outputs);
      }
    }
  }
  model.dirty = false;
}
