import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { brief, clean } from '../text';

/** A field for each parameter of a notebook, of the kind that its type asks for. */
export function Form({ fields, values, onChange, trans }: Form.IProps): JSX.Element {
  return (
    <div className="jp-Mlops-form" role="group" aria-label={trans.__('Parameters')}>
      {fields.map(field => (
        <Row
          key={field.name}
          field={field}
          value={values[field.name]}
          trans={trans}
          onChange={value => onChange(field.name, value)}
        />
      ))}
    </div>
  );
}

export namespace Form {
  export interface IField {
    readonly name: string;
    readonly type: string;
    /** As it is written in Python. */
    readonly default?: string | null;
    readonly help?: string;
    readonly choices?: readonly string[] | null;
    readonly is_required?: boolean;
  }

  /** What was typed; a field that nobody touched is not there. */
  export type Values = Readonly<Record<string, string | undefined>>;

  export interface IProps {
    readonly fields: readonly IField[];
    readonly values: Values;
    readonly onChange: (name: string, value: string) => void;
    readonly trans: TranslationBundle;
  }
}

/** Write what was typed as `NAME=VALUE`; what equals the default is left out. */
export function assigned(fields: readonly Form.IField[], values: Form.Values): string[] {
  return fields.flatMap(field => {
    const value = values[field.name];
    return value === undefined || value === typed(field.default) ? [] : [`${field.name}=${value}`];
  });
}

/** Name the required fields that are still empty. */
export function missing(fields: readonly Form.IField[], values: Form.Values): string[] {
  return fields.filter(({ name, is_required }) => is_required && !values[name]).map(f => f.name);
}

interface IRowProps {
  readonly field: Form.IField;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
  readonly trans: TranslationBundle;
}

function Row(props: IRowProps): JSX.Element {
  const { field, trans } = props;
  return (
    <label className="jp-Mlops-field" title={clean(field.help ?? '')}>
      <span className="jp-Mlops-label">
        {brief(field.name)}
        {field.is_required && <abbr title={trans.__('Required')}>*</abbr>}
        <span className="jp-Mlops-type">{brief(field.type)}</span>
      </span>
      <Input {...props} />
      {field.help && <span className="jp-Mlops-help">{clean(field.help)}</span>}
    </label>
  );
}

function Input({ field, value, onChange }: IRowProps): JSX.Element {
  const shown = value ?? typed(field.default);
  if (field.type === 'bool') {
    return (
      <input
        type="checkbox"
        aria-label={brief(field.name)}
        checked={shown === 'True' || shown === 'true'}
        onChange={event => onChange(event.target.checked ? 'True' : 'False')}
      />
    );
  }
  if (field.choices && field.choices.length > 0) {
    return (
      <select value={shown} onChange={event => onChange(event.target.value)}>
        {field.choices.map(choice => (
          <option key={choice} value={choice}>
            {brief(choice)}
          </option>
        ))}
      </select>
    );
  }
  const isNumber = field.type === 'int' || field.type === 'float';
  return (
    <input
      type={isNumber ? 'number' : 'text'}
      aria-label={brief(field.name)}
      step={field.type === 'int' ? 1 : 'any'}
      required={field.is_required}
      spellCheck={false}
      value={shown}
      onChange={event => onChange(event.target.value)}
    />
  );
}

/** Read a default as a reader would type it: a plain string without its quotes. */
function typed(source: string | null | undefined): string {
  const found = /^(['"])([^'"\\]*)\1$/.exec(source ?? '');
  return found?.[2] ?? source ?? '';
}
