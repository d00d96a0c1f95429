import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// The layout restorer needs the panel at once, so these cannot wait.
/* eslint-disable jupyter/prefer-lazy-imports */
import { ISession } from '../model/session';
import { MlopsPanel } from '../panel';
import { createBanner } from '../sections/banner';
/* eslint-enable jupyter/prefer-lazy-imports */
import { DOMAIN, ISections, PANEL_ID, PluginIDs } from '../tokens';

const RANK = 600;

/** The side panel, which others fill with sections. */
export const panelPlugin: JupyterFrontEndPlugin<ISections> = {
  id: PluginIDs.panel,
  description:
    'Shows the notebook, runs, data, models, pipelines, approvals and audit in a side panel.',
  autoStart: true,
  provides: ISections,
  requires: [ISession],
  optional: [ITranslator, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    session: ISession,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const panel = new MlopsPanel(translator ?? nullTranslator, session.kept);
    panel.head(createBanner(session.status, trans));
    app.shell.add(panel, 'left', { rank: RANK, type: 'MLOps' });
    restorer?.add(panel, PANEL_ID);
    return panel;
  }
};
