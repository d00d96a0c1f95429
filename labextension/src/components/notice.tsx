import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { Next } from './next';

/** Say what is wrong or missing, and which lines mend it. */
export function Notice(props: Notice.IProps): JSX.Element {
  const { title, hint, lines, role, copy, trans } = props;
  return (
    <div className="jp-Mlops-notice" role={role}>
      <div className="jp-Mlops-title">{title}</div>
      {hint && (
        <p className="jp-Mlops-note">
          <Prose text={hint} />
        </p>
      )}
      {lines.map(line => (
        <Next key={line} line={line} copy={copy} trans={trans} />
      ))}
    </div>
  );
}

export namespace Notice {
  export interface IProps {
    readonly title: string;
    readonly hint: string;
    readonly lines: readonly string[];
    readonly role: 'alert' | 'status';
    readonly copy: (text: string) => void;
    readonly trans: TranslationBundle;
  }
}

/** Show text whose `code` stands between backticks. */
function Prose(props: { text: string }): JSX.Element {
  const pieces = props.text.split('`');
  return (
    <>
      {pieces.map((piece, index) =>
        index % 2 === 1 ? <code key={index}>{piece}</code> : <span key={index}>{piece}</span>
      )}
    </>
  );
}
