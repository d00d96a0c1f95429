import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { JSONObject } from '@lumino/coreutils';
import { DisposableDelegate } from '@lumino/disposable';
import { mlopsIcon } from '../icon';
import { ISession } from '../model/session';
import { CommandIDs, DOMAIN, type IView, IViews, PluginIDs } from '../tokens';

/** The pages of the main area, restored with the layout. */
export const viewsPlugin: JupyterFrontEndPlugin<IViews> = {
  id: PluginIDs.views,
  description:
    'Opens pages in the main area: comparisons of runs, datasets, diffs, models, executions and sweeps.',
  autoStart: true,
  provides: IViews,
  requires: [ISession, IRenderMimeRegistry],
  optional: [ITranslator, ILayoutRestorer],
  activate: async (
    app: JupyterFrontEnd,
    session: ISession,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const kinds = new Map<string, IView>();
    const tracker = new WidgetTracker<MainAreaWidget>({ namespace: 'jupyter-mlops-views' });
    const views: IViews = {
      add: view => {
        kinds.set(view.name, view);
        return new DisposableDelegate(() => void kinds.delete(view.name));
      },
      open: (name, args) => void app.commands.execute(CommandIDs.openView, { name, args })
    };
    app.commands.addCommand(CommandIDs.openView, {
      label: trans.__('Open an MLOps Page'),
      describedBy: {
        args: {
          type: 'object',
          properties: { name: { type: 'string' }, args: { type: 'object' } }
        }
      },
      execute: async given => {
        const name = String(given.name);
        const args = (given.args ?? {}) as JSONObject;
        const view = kinds.get(name);
        const id = `jupyter-mlops-${name}-${JSON.stringify(args)}`;
        const known = tracker.find(widget => widget.id === id);
        const widget = known ?? (view && frame(view.create(args), id));
        if (widget && !known) {
          remember.set(widget, { name, args });
          app.shell.add(widget, 'main', { mode: 'tab-after' });
          await tracker.add(widget);
        }
        if (widget) {
          app.shell.activateById(id);
        }
      }
    });
    const { ourViews } = await import('../views');
    ourViews(session, views, rendermime, trans).forEach(view => views.add(view));
    void restorer?.restore(tracker, {
      command: CommandIDs.openView,
      args: widget => remember.get(widget) ?? {},
      name: widget => widget.id
    });
    return views;
  }
};

const remember = new WeakMap<MainAreaWidget, JSONObject>();

function frame(content: ReturnType<IView['create']>, id: string): MainAreaWidget {
  const widget = new MainAreaWidget({ content });
  widget.id = id;
  widget.title.label = content.title.label;
  widget.title.icon = mlopsIcon;
  widget.title.closable = true;
  return widget;
}
