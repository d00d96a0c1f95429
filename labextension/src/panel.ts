import type { ITranslator } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { mlopsIcon } from './icon';
import type { StatusModel } from './model';
import { StatusSection } from './sections/status';
import { DOMAIN, PANEL_ID } from './tokens';

/** The side panel. Its model asks the server only while the panel is seen. */
export class MlopsPanel extends SidePanel {
  constructor(model: StatusModel, translator: ITranslator) {
    super({ translator });
    const trans = translator.load(DOMAIN);
    this._model = model;
    this.id = PANEL_ID;
    this.addClass('jp-Mlops-panel');
    this.title.icon = mlopsIcon;
    this.title.caption = trans.__('MLOps');
    this.addWidget(new StatusSection(model, translator));
  }

  override dispose(): void {
    this._model.dispose();
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._follow();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._follow();
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._follow();
  }

  private _follow(): void {
    if (this.isVisible) {
      this._model.wake();
    } else {
      this._model.rest();
    }
  }

  private readonly _model: StatusModel;
}
