import { type INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import type { IDesk } from '../model/notebook';
import { isOutput, placeOf } from './outputs';

const LOAD = '%load_ext jupyter_mlops';

/** The active notebook of JupyterLab. */
export class Desk implements IDesk {
  constructor(
    private readonly _notebooks: INotebookTracker | null,
    private readonly _open: (path: string) => Promise<NotebookPanel>
  ) {
    _notebooks?.currentChanged.connect(this._turn, this);
    this._turn();
  }

  readonly changed: Signal<IDesk, void> = new Signal<IDesk, void>(this);

  get path(): string | null {
    const panel = this._panel;
    return panel ? panel.context.localPath : null;
  }

  async save(): Promise<void> {
    if (this._panel?.context.model.dirty) {
      await this._panel.context.save();
    }
  }

  async show(output: string, kernel?: string): Promise<void> {
    const panel = await this._open(placeOf(output));
    if (kernel !== undefined) {
      await panel.context.ready;
      await panel.sessionContext.changeKernel({ id: kernel });
      goToFailure(panel);
    }
  }

  async insert(line: string, options: { run?: boolean } = {}): Promise<void> {
    const panel = this._panel;
    if (!panel) {
      return;
    }
    const notebook = panel.content;
    const source = isLoaded(panel) ? line : line.startsWith('%%') ? line : `${LOAD}\n${line}`;
    if (!isLoaded(panel) && line.startsWith('%%')) {
      addCell(panel, LOAD);
    }
    addCell(panel, source);
    if (options.run) {
      await NotebookActions.run(notebook, panel.sessionContext);
    }
  }

  private get _panel(): NotebookPanel | null {
    const panel = this._notebooks?.currentWidget ?? null;
    return panel && isOutput(panel.context.path) ? null : panel;
  }

  private _turn(): void {
    this._followed?.context.pathChanged.disconnect(this._tell, this);
    this._followed = this._panel;
    this._followed?.context.pathChanged.connect(this._tell, this);
    this._tell();
  }

  private _tell(): void {
    this.changed.emit();
  }

  private _followed: NotebookPanel | null = null;
}

/** Go to the cell that failed, as the runner has marked it. */
function goToFailure({ content }: NotebookPanel): void {
  const cells = Array.from(content.model?.cells ?? []);
  const at = cells.findIndex(cell => {
    const mark = cell.getMetadata('papermill') as { exception?: boolean | null } | undefined;
    return mark?.exception === true;
  });
  if (at >= 0) {
    content.activeCellIndex = at;
    void content.scrollToItem(at, 'center');
  }
}

function addCell(panel: NotebookPanel, source: string): void {
  NotebookActions.insertBelow(panel.content);
  NotebookActions.changeCellType(panel.content, 'code');
  panel.content.activeCell?.model.sharedModel.setSource(source);
}

/** Whether some cell of the notebook brings our magic already. */
function isLoaded(panel: NotebookPanel): boolean {
  const cells = panel.content.model?.cells;
  return Array.from(cells ?? []).some(cell => cell.sharedModel.getSource().includes(LOAD));
}
