import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { ISession } from '../model/session';
import { DOMAIN, ISections, IViews, PluginIDs } from '../tokens';

/** Our own sections of the side panel. */
export const sectionsPlugin: JupyterFrontEndPlugin<void> = {
  id: PluginIDs.sections,
  description:
    'Adds the sections on the notebook, runs, data, models, pipelines, approvals and audit.',
  autoStart: true,
  requires: [ISession, ISections, IViews],
  optional: [ITranslator],
  activate: (
    _: JupyterFrontEnd,
    session: ISession,
    sections: ISections,
    views: IViews,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    void add(session, sections, views, trans);
  }
};

/** Add them once it is known which were folded: JupyterLab tells that only after all plugins are active. */
async function add(
  session: ISession,
  sections: ISections,
  views: IViews,
  trans: TranslationBundle
): Promise<void> {
  const [{ ours }] = await Promise.all([import('../sections'), session.kept.load()]);
  ours(session, views, trans).forEach(section => sections.add(section));
}
