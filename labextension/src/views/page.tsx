import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import React from 'react';
import type { ITools } from '../components/tools';
import { Watch } from '../components/watch';
import type { ISession } from '../model/session';
import { type IWakeable, toolsOf } from '../sections/frame';

/** A page whose models ask while it is seen. */
export class Page extends ReactWidget {
  constructor(
    label: string,
    private readonly _session: ISession,
    private readonly _models: readonly IWakeable[],
    private readonly _draw: (tools: ITools) => JSX.Element,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.title.label = label;
    this.addClass('jp-Mlops-view');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._models.forEach(model => model.dispose());
      super.dispose();
    }
  }

  protected override render(): JSX.Element {
    const { status, desk } = this._session;
    const signals = [...this._models, status, desk].map(source => source.changed);
    return (
      <Watch signals={signals as ISignal<unknown, unknown>[]}>
        {() => this._draw(toolsOf(this._session, this._trans))}
      </Watch>
    );
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._models.forEach(model => model.wake());
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._models.forEach(model => model.wake());
    }
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._models.forEach(model => model.rest());
  }
}
