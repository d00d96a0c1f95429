import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { mlopsIcon } from '../icon';
import { ISession } from '../model/session';
import { CommandIDs, DOMAIN, PANEL_ID, PluginIDs } from '../tokens';

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
    for (const command of [CommandIDs.open, CommandIDs.refresh, CommandIDs.runNotebook]) {
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
    caption: trans.__('Show this notebook, runs, data, models and audit'),
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
  app.commands.addCommand(CommandIDs.runNotebook, {
    label: args =>
      args.isContext
        ? trans.__('Run as a Recorded Run')
        : trans.__('Run Notebook as a Recorded Run'),
    icon: args => (args.isContext ? mlopsIcon.bindprops({ stylesheet: 'menuItem' }) : undefined),
    describedBy: {
      args: { type: 'object', properties: { isContext: { type: 'boolean' } } }
    },
    isEnabled: args => Boolean(args.isContext) || session.desk.path !== null,
    execute: async args => {
      const item = args.isContext ? files?.selectedItems().next().value : undefined;
      const target = item?.path ?? session.desk.path;
      if (target) {
        app.shell.activateById(PANEL_ID);
        await run(session, target);
      }
    }
  });
}

async function run(session: ISession, target: string): Promise<void> {
  const { lineOf } = await import('../line');
  if (target === session.desk.path) {
    await session.desk.save();
  }
  await session.jobs.start('run', { target }, target, lineOf('run', { target }));
}
