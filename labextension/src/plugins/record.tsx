import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React from 'react';
import { type ICard, readShown } from '../card';
import { Card } from '../components/card';
import { DOMAIN, PluginIDs, RECORD_MIME } from '../tokens';

/** Draws records in cell outputs, trusted or not: every word of theirs is a text node. */
export const recordPlugin: JupyterFrontEndPlugin<void> = {
  id: PluginIDs.record,
  description: 'Draws the records of jupyter-mlops in cell outputs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    _: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    rendermime.addFactory({
      safe: true,
      mimeTypes: [RECORD_MIME],
      defaultRank: 0,
      createRenderer: () => new RecordRenderer(trans)
    });
  }
};

/** A cell output that holds one record. */
export class RecordRenderer extends ReactWidget implements IRenderMime.IRenderer {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('jp-Mlops-output');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._card = readShown(model.data[RECORD_MIME]);
    this._isRead = true;
    MessageLoop.sendMessage(this, Widget.Msg.UpdateRequest);
    await this.renderPromise;
  }

  protected override render(): JSX.Element | null {
    if (!this._isRead) {
      return null;
    }
    return this._card ? (
      <Card card={this._card} copy={Clipboard.copyToSystem} trans={this._trans} />
    ) : (
      <p>{this._trans.__('This output was written by another version of jupyter-mlops.')}</p>
    );
  }

  private _card: ICard | null = null;
  private _isRead = false;
}
