import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { mlopsIcon } from '../icon';
import { ISession } from '../model/session';
import { CommandIDs, DOMAIN, PANEL_ID, PluginIDs } from '../tokens';

const PALETTE = [
  CommandIDs.open,
  CommandIDs.refresh,
  CommandIDs.runNotebook,
  CommandIDs.schedule,
  CommandIDs.makePipeline
];
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

/** What can be done from the palette, the launcher, the toolbar of a notebook and the file browser. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: PluginIDs.commands,
  description: 'Opens and refreshes the side panel, and runs notebooks.',
  autoStart: true,
  requires: [ISession],
  optional: [ITranslator, ICommandPalette, ILauncher, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    session: ISession,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    files: IDefaultFileBrowser | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    addCommands(app, session, files, trans);
    for (const command of PALETTE) {
      palette?.addItem({ command, category: trans.__('MLOps') });
    }
    launcher?.add({ command: CommandIDs.open, category: trans.__('Other') });
  }
};

function addCommands(
  app: JupyterFrontEnd,
  session: ISession,
  files: IDefaultFileBrowser | null,
  trans: TranslationBundle
): void {
  app.commands.addCommand(CommandIDs.open, {
    label: trans.__('MLOps'),
    caption: trans.__('Show this notebook, runs, data, models, pipelines, approvals and audit'),
    icon: mlopsIcon,
    describedBy: NO_ARGUMENTS,
    execute: () => app.shell.activateById(PANEL_ID)
  });
  app.commands.addCommand(CommandIDs.refresh, {
    label: trans.__('Refresh MLOps'),
    describedBy: NO_ARGUMENTS,
    execute: async () => {
      await session.status.refresh();
      session.feed.announce(null);
    }
  });
  const onNotebook = (
    id: string,
    labels: readonly [context: string, palette: string],
    act: (target: string) => Promise<void>
  ) =>
    app.commands.addCommand(id, {
      label: args => labels[args.isContext ? 0 : 1],
      icon: args => (args.isContext ? mlopsIcon.bindprops({ stylesheet: 'menuItem' }) : undefined),
      describedBy: {
        args: { type: 'object', properties: { isContext: { type: 'boolean' } } }
      },
      isEnabled: args => Boolean(args.isContext) || session.desk.path !== null,
      execute: async args => {
        const item = args.isContext ? files?.selectedItems().next().value : undefined;
        const target = item?.path ?? session.desk.path;
        if (target) {
          await act(target);
        }
      }
    });
  onNotebook(
    CommandIDs.runNotebook,
    [trans.__('Run as a Recorded Run'), trans.__('Run Notebook as a Recorded Run')],
    target => {
      app.shell.activateById(PANEL_ID);
      return run(session, target);
    }
  );
  onNotebook(
    CommandIDs.schedule,
    [trans.__('Schedule…'), trans.__('Schedule Notebook…')],
    async target => (await import('../sections/dialogs')).schedule(session, target, trans)
  );
  onNotebook(
    CommandIDs.makePipeline,
    [trans.__('Make Pipeline…'), trans.__('Make Pipeline of Notebook…')],
    async target => (await import('../sections/dialogs')).makePipeline(session, target, trans)
  );
}

async function run(session: ISession, target: string): Promise<void> {
  const { lineOf } = await import('../line');
  if (target === session.desk.path) {
    await session.desk.save();
  }
  await session.jobs.start('run', { target }, target, lineOf('run', { target }));
}
