import { type JSONObject, Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';

/** The text domain of our translations. */
export const DOMAIN = 'jupyter_mlops';

/** How a record travels in a notebook's outputs, and in the server's answers when asked for. */
export const RECORD_MIME = 'application/vnd.jupyter-mlops.record.v1+json';

/** The panel's widget id, and its name in the restored layout. */
export const PANEL_ID = 'jupyter-mlops-panel';

export namespace PluginIDs {
  export const commands = 'jupyter-mlops:commands';
  export const panel = 'jupyter-mlops:panel';
  export const record = 'jupyter-mlops:record';
  export const sections = 'jupyter-mlops:sections';
  export const session = 'jupyter-mlops:session';
  export const statusbar = 'jupyter-mlops:statusbar';
  export const views = 'jupyter-mlops:views';
}

export namespace CommandIDs {
  export const makePipeline = 'jupyter-mlops:make-pipeline';
  export const open = 'jupyter-mlops:open';
  export const openView = 'jupyter-mlops:open-view';
  export const refresh = 'jupyter-mlops:refresh';
  export const runNotebook = 'jupyter-mlops:run-notebook';
  export const schedule = 'jupyter-mlops:schedule';
}

/** One collapsible part of the side panel; its widget's title names it. */
export interface ISection {
  readonly id: string;
  readonly rank: number;
  create(): Widget;
}

/** The side panel's sections: add your own. */
export interface ISections {
  add(section: ISection): IDisposable;
}

export const ISections = new Token<ISections>(
  'jupyter-mlops:ISections',
  'Adds sections to the side panel of jupyter-mlops.'
);

/** A kind of wide page for the main area, made anew for each set of arguments. */
export interface IView {
  readonly name: string;
  create(args: JSONObject): Widget;
}

/** The pages of the main area: add your own kind, or open a page. */
export interface IViews {
  add(view: IView): IDisposable;
  open(name: string, args: JSONObject): void;
}

export const IViews = new Token<IViews>(
  'jupyter-mlops:IViews',
  'Adds and opens pages of jupyter-mlops in the main area.'
);
