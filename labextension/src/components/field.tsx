import React from 'react';

/** A labelled box to type into. */
export function Field({ label, value, hint, type, onChange }: Field.IProps): JSX.Element {
  const [typed, setTyped] = React.useState(value);
  return (
    <label className="jp-Mlops-field">
      <span className="jp-Mlops-label">{label}</span>
      <input
        type={type ?? 'text'}
        value={typed}
        placeholder={hint}
        spellCheck={false}
        onChange={event => {
          setTyped(event.target.value);
          onChange(event.target.value);
        }}
      />
    </label>
  );
}

export namespace Field {
  export interface IProps {
    readonly label: string;
    readonly value: string;
    readonly hint?: string;
    readonly type?: 'text' | 'datetime-local';
    readonly onChange: (text: string) => void;
  }
}

/** A labelled list to choose from. */
export function Choice({ label, value, choices, onChange }: Choice.IProps): JSX.Element {
  return (
    <label className="jp-Mlops-field">
      <span className="jp-Mlops-label">{label}</span>
      <select value={value} onChange={event => onChange(event.target.value)}>
        {choices.map(([word, shown]) => (
          <option key={word} value={word}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

export namespace Choice {
  export interface IProps {
    readonly label: string;
    readonly value: string;
    readonly choices: readonly (readonly [value: string, shown: string])[];
    readonly onChange: (value: string) => void;
  }
}
