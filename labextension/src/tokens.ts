/** The text domain of our translations. */
export const DOMAIN = 'jupyter_mlops';

/** How a record travels in a notebook's outputs, and in the server's answers when asked for. */
export const RECORD_MIME = 'application/vnd.jupyter-mlops.record.v1+json';

/** The panel's widget id, and its name in the restored layout. */
export const PANEL_ID = 'jupyter-mlops-panel';

export namespace PluginIDs {
  export const panel = 'jupyter-mlops:panel';
  export const record = 'jupyter-mlops:record';
}

export namespace CommandIDs {
  export const open = 'jupyter-mlops:open';
}
