import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { createApi } from '../api/client';
import { mlopsIcon } from '../icon';
// The layout restorer needs the panel at once, so these two cannot wait.
/* eslint-disable jupyter/prefer-lazy-imports */
import { StatusModel } from '../model';
import { MlopsPanel } from '../panel';
/* eslint-enable jupyter/prefer-lazy-imports */
import { CommandIDs, DOMAIN, PANEL_ID, PluginIDs } from '../tokens';

const POLL_SECONDS = 30;
const RANK = 600;

/** The side panel, and the command that opens it. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: PluginIDs.panel,
  description: 'Shows how the project stands in a side panel.',
  autoStart: true,
  optional: [ITranslator, ISettingRegistry, ILayoutRestorer, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    settings: ISettingRegistry | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const model = new StatusModel({
      api: createApi(app.serviceManager.serverSettings),
      pollSeconds: POLL_SECONDS
    });
    const panel = new MlopsPanel(model, translator ?? nullTranslator);
    app.commands.addCommand(CommandIDs.open, {
      label: trans.__('MLOps'),
      caption: trans.__('Show how the project stands'),
      icon: mlopsIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(PANEL_ID)
    });
    app.shell.add(panel, 'left', { rank: RANK, type: 'MLOps' });
    restorer?.add(panel, PANEL_ID);
    palette?.addItem({ command: CommandIDs.open, category: trans.__('MLOps') });
    launcher?.add({ command: CommandIDs.open, category: trans.__('Other') });
    void follow(settings, model);
  }
};

/** Let the settings say how often the model asks. */
async function follow(registry: ISettingRegistry | null, model: StatusModel): Promise<void> {
  try {
    const settings = await registry?.load(PluginIDs.panel);
    const apply = () => {
      model.pollSeconds = Number(settings?.get('pollSeconds').composite ?? POLL_SECONDS);
    };
    settings?.changed.connect(apply, model);
    apply();
  } catch (reason) {
    console.error('jupyter-mlops: the settings did not load', reason);
  }
}
