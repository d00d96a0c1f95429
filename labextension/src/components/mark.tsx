import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

const SIGNS = { ok: '✓', info: '◌', warning: '!', failed: '✗' };

/** A sign that says how something stands. */
export function Mark({ state, label, sign }: Mark.IProps): JSX.Element {
  return (
    <span className="jp-Mlops-mark" data-state={state} role="img" aria-label={label} title={label}>
      {sign ?? SIGNS[state]}
    </span>
  );
}

export namespace Mark {
  export interface IProps {
    readonly state: 'ok' | 'info' | 'warning' | 'failed';
    readonly label: string;
    readonly sign?: string;
  }
}

const STATES: Readonly<Record<string, Omit<Mark.IProps, 'label'>>> = {
  succeeded: { state: 'ok' },
  completed: { state: 'ok' },
  cached: { state: 'ok' },
  restored: { state: 'ok', sign: '↻' },
  replayed: { state: 'ok', sign: '↻' },
  failed: { state: 'failed' },
  cancelled: { state: 'warning' },
  waiting: { state: 'warning', sign: '?' },
  paused: { state: 'warning', sign: '‖' },
  running: { state: 'info', sign: '▸' },
  queued: { state: 'info' },
  skipped: { state: 'info', sign: '–' }
};

/** Say how an execution, a step or a cell stands, by the server's word for it. */
export function markOf(status: string, trans: TranslationBundle): Mark.IProps {
  const label = statusName(status, trans);
  return { ...(STATES[status] ?? { state: 'info', sign: '·' }), label };
}

/** The reader's word for how an execution, a step or a cell stands. */
export function statusName(status: string, trans: TranslationBundle): string {
  const names: Record<string, string> = {
    pending: trans.__('not begun'),
    not_run: trans.__('not run'),
    queued: trans.__('queued'),
    running: trans.__('running'),
    waiting: trans.__('waits for approval'),
    paused: trans.__('paused'),
    succeeded: trans.__('succeeded'),
    completed: trans.__('done'),
    restored: trans.__('restored'),
    replayed: trans.__('replayed'),
    cached: trans.__('taken from before'),
    failed: trans.__('failed'),
    cancelled: trans.__('cancelled'),
    skipped: trans.__('skipped')
  };
  return names[status] ?? status;
}
