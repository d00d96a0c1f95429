import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/** Fields for the words of a call that can be changed, and the magic that they make. */
export function Confirm({ given, why, lineOf, onChange, trans }: Confirm.IProps): JSX.Element {
  const [typed, setTyped] = React.useState(given);
  const change = (name: string, value: string) => {
    const next = { ...typed, [name]: value || undefined };
    setTyped(next);
    onChange(next);
  };
  return (
    <div className="jp-Mlops-confirm">
      {'to' in given && (
        <label className="jp-Mlops-field">
          <span className="jp-Mlops-label">{trans.__('Alias')}</span>
          <input
            value={String(typed.to ?? '')}
            placeholder={trans.__('champion')}
            spellCheck={false}
            onChange={event => change('to', event.target.value)}
          />
        </label>
      )}
      <label className="jp-Mlops-field">
        <span className="jp-Mlops-label">{trans.__('Why? The ledger keeps it.')}</span>
        <input
          value={String(typed[why] ?? '')}
          onChange={event => change(why, event.target.value)}
        />
      </label>
      <code>{lineOf(typed)}</code>
    </div>
  );
}

export namespace Confirm {
  type Given = Readonly<Record<string, unknown>>;

  export interface IProps {
    readonly given: Given;
    /** What the verb calls the reason. */
    readonly why: string;
    readonly lineOf: (given: Given) => string;
    readonly onChange: (given: Given) => void;
    readonly trans: TranslationBundle;
  }
}
