import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
// Everything leans on these, so they cannot wait.
/* eslint-disable jupyter/prefer-lazy-imports */
import { Client } from '../api/client';
import { Feed } from '../model/feed';
import { JobsModel } from '../model/jobs';
import { Kept } from '../model/kept';
import { ISession } from '../model/session';
import { StatusModel } from '../model/status';
import { PluginIDs } from '../tokens';
import { VERSION } from '../version';
import { Desk } from './desk';
import { Outputs } from './outputs';
/* eslint-enable jupyter/prefer-lazy-imports */

const POLL_SECONDS = 30;

/** Talks with the server, for all that follows. */
export const sessionPlugin: JupyterFrontEndPlugin<ISession> = {
  id: PluginIDs.session,
  description: 'Talks with the server extension of jupyter-mlops.',
  autoStart: true,
  provides: ISession,
  optional: [INotebookTracker, ISettingRegistry, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null,
    state: IStateDB | null
  ) => {
    const { serviceManager } = app;
    const client = new Client(serviceManager.serverSettings);
    const feed = new Feed(serviceManager.events);
    const status = new StatusModel({ client, feed, pollSeconds: POLL_SECONDS, version: VERSION });
    const jobs = new JobsModel(client, feed);
    serviceManager.connectionFailure.connect(() => void status.refresh());
    void app.started.then(() => {
      status.wake();
      void jobs.find();
    });
    void follow(settings, status);
    new Outputs(serviceManager, notebooks, feed);
    const desk = new Desk(notebooks, path =>
      app.commands.execute('docmanager:open', { path, factory: 'Notebook' })
    );
    return { client, feed, status, jobs, desk, kept: new Kept(state) };
  }
};

/** Let the settings say how often the pulse is taken. */
async function follow(registry: ISettingRegistry | null, status: StatusModel): Promise<void> {
  try {
    const settings = await registry?.load(PluginIDs.panel);
    const apply = () => {
      status.pollSeconds = Number(settings?.get('pollSeconds').composite ?? POLL_SECONDS);
    };
    settings?.changed.connect(apply, status);
    apply();
  } catch (reason) {
    console.error('jupyter-mlops: the settings did not load', reason);
  }
}
