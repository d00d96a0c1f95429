import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { State } from '../card';
import { brief } from '../text';
import { Press } from './action';
import { Notice } from './notice';

/** Show how far a job is, with a button that stops it; afterwards, how it ended. */
export function Progress({ job, onCancel, copy, trans }: Progress.IProps): JSX.Element {
  if (job.state === 'failed' && job.error) {
    return (
      <Notice
        title={job.error.message}
        hint={job.error.hint}
        lines={[]}
        role="alert"
        copy={copy}
        trans={trans}
      />
    );
  }
  const label = [job.subject, job.label || job.verb].filter(Boolean).map(brief).join(' · ');
  return (
    <div className="jp-Mlops-job" data-state={stateOf(job.state)}>
      <div className="jp-Mlops-line" role="status">
        <span className="jp-Mlops-name">{job.state === 'running' ? label : said(job, trans)}</span>
        {job.state === 'running' && job.total > 0 && (
          <span className="jp-Mlops-aside">{`${job.done}/${job.total}`}</span>
        )}
      </div>
      {job.state === 'running' && (
        <div className="jp-Mlops-line">
          <progress
            aria-label={label}
            {...(job.total > 0 ? { value: job.done, max: job.total } : {})}
          />
          <Press isQuiet label={trans.__('Cancel')} onPress={onCancel} />
        </div>
      )}
    </div>
  );
}

export namespace Progress {
  export interface IJob {
    readonly verb: string;
    readonly state: 'running' | 'done' | 'failed' | 'cancelled';
    readonly done: number;
    readonly total: number;
    readonly label: string;
    /** What it is about, when that is not plain from where it stands. */
    readonly subject?: string;
    readonly error?: { readonly message: string; readonly hint: string } | null;
  }

  export interface IProps {
    readonly job: IJob;
    readonly onCancel: () => void;
    readonly copy: (text: string) => void;
    readonly trans: TranslationBundle;
  }
}

function stateOf(state: Progress.IJob['state']): State {
  return ({ running: 'info', done: 'ok', failed: 'failed', cancelled: 'warning' } as const)[state];
}

function said(job: Progress.IJob, trans: TranslationBundle): string {
  switch (job.state) {
    case 'done':
      return trans.__('%1 is done.', job.verb);
    case 'cancelled':
      return trans.__('%1 was cancelled.', job.verb);
    default:
      return trans.__('%1 failed.', job.verb);
  }
}
