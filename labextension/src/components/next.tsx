import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';

const COPIED_MS = 2000;

/** Show a line that can be typed as it stands, with a button that copies it. */
export function Next(props: Next.IProps): JSX.Element {
  const { line, copy, trans } = props;
  const [isCopied, setCopied] = React.useState(false);
  React.useEffect(() => {
    const timer = isCopied ? setTimeout(() => setCopied(false), COPIED_MS) : undefined;
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <div className="jp-Mlops-next">
      <code>{line}</code>
      <button
        type="button"
        className="jp-Button jp-mod-minimal jp-Mlops-copy"
        title={trans.__('Copy')}
        aria-label={trans.__('Copy %1', line)}
        onClick={() => {
          copy(line);
          setCopied(true);
        }}
      >
        <copyIcon.react tag="span" elementSize="small" />
      </button>
      <span role="status" className="jp-Mlops-copied">
        {isCopied ? trans.__('Copied') : ''}
      </span>
    </div>
  );
}

export namespace Next {
  export interface IProps {
    readonly line: string;
    readonly copy: (text: string) => void;
    readonly trans: TranslationBundle;
  }
}
