import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { brief } from '../text';

/** How the project stands, in a few words for the status bar. */
export function Standing(props: Standing.IProps): JSX.Element {
  const { champions, jobs, isStale, onOpen, trans } = props;
  const serving = champions?.length ? champions.map(brief).join(', ') : trans.__('nothing serves');
  const work = jobs > 0 ? trans._n('%1 job', '%1 jobs', jobs) : '';
  const text = champions === null ? trans.__('MLOps') : [serving, work].filter(Boolean).join(' · ');
  return (
    <button
      type="button"
      className="jp-Mlops-standing"
      data-stale={isStale || undefined}
      title={
        isStale ? trans.__('MLOps: the last answer, as the server is away') : trans.__('MLOps')
      }
      onClick={onOpen}
    >
      {text}
    </button>
  );
}

export namespace Standing {
  export interface IProps {
    /** Versions that serve; null before the first answer. */
    readonly champions: readonly string[] | null;
    readonly jobs: number;
    readonly isStale: boolean;
    readonly onOpen: () => void;
    readonly trans: TranslationBundle;
  }
}
