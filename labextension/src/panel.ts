import type { ITranslator } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import type { AccordionPanel, Widget } from '@lumino/widgets';
import { mlopsIcon } from './icon';
import type { Kept } from './model/kept';
import { DOMAIN, type ISection, type ISections, PANEL_ID } from './tokens';

const FOLDED = 'folded';
const FOLDED_AT_FIRST = ['data', 'approvals', 'audit'];

/** The side panel: sections by rank, folded as they were when the page was left. */
export class MlopsPanel extends SidePanel implements ISections {
  constructor(
    translator: ITranslator,
    private readonly _kept: Kept
  ) {
    super({ translator });
    this.id = PANEL_ID;
    this.addClass('jp-Mlops-panel');
    this.title.icon = mlopsIcon;
    const trans = translator.load(DOMAIN);
    this.title.caption = trans.__('MLOps');
    this._accordion.expansionToggled.connect(this._remember, this);
  }

  add(section: ISection): IDisposable {
    const widget = section.create();
    const after = this._placed.findIndex(({ rank }) => rank > section.rank);
    const index = after < 0 ? this._placed.length : after;
    this._placed.splice(index, 0, { ...section, widget });
    this.insertWidget(index, widget);
    if (this._isFolded(section.id)) {
      this._isAdding = true;
      this._accordion.collapse(index);
      this._isAdding = false;
    }
    return new DisposableDelegate(() => {
      this._placed = this._placed.filter(placed => placed.widget !== widget);
      widget.dispose();
    });
  }

  /** Put a widget above the sections: what concerns them all. */
  head(widget: Widget): void {
    this.header.addWidget(widget);
  }

  private get _accordion(): AccordionPanel {
    return this.content as AccordionPanel;
  }

  private _isFolded(id: string): boolean {
    const isKept = this._kept.word('sections') === 'kept';
    return (isKept ? this._kept.words(FOLDED) : FOLDED_AT_FIRST).includes(id);
  }

  private _remember(): void {
    if (this._isAdding) {
      return;
    }
    const folded = this._placed.filter(({ widget }) => widget.isHidden).map(({ id }) => id);
    this._kept.keep('sections', 'kept');
    this._kept.keep(FOLDED, folded);
  }

  private _isAdding = false;
  private _placed: IPlaced[] = [];
}

interface IPlaced extends ISection {
  readonly widget: Widget;
}
