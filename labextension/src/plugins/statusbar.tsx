import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import { Standing } from '../components/standing';
import { Watch } from '../components/watch';
import { ISession } from '../model/session';
import { CommandIDs, DOMAIN, PluginIDs } from '../tokens';

const RANK = 60;

/** What serves and what runs, at the foot of the page. */
export const statusbarPlugin: JupyterFrontEndPlugin<void> = {
  id: PluginIDs.statusbar,
  description: 'Shows in the status bar which model serves and which jobs run.',
  autoStart: true,
  requires: [ISession, IStatusBar],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    session: ISession,
    bar: IStatusBar,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const open = () => void app.commands.execute(CommandIDs.open);
    bar.registerStatusItem(PluginIDs.statusbar, {
      item: createItem(session, open, trans),
      align: 'left',
      rank: RANK
    });
  }
};

function createItem(session: ISession, open: () => void, trans: TranslationBundle): ReactWidget {
  const { status, jobs } = session;
  return ReactWidget.create(
    <Watch signals={[status.changed, jobs.changed]}>
      {() => (
        <Standing
          champions={status.answer?.status.champions ?? null}
          jobs={jobs.running.length}
          isStale={status.problem !== null}
          onOpen={open}
          trans={trans}
        />
      )}
    </Watch>
  );
}
