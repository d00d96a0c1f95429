import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { brief } from '../text';
import { Form } from './form';
import { Notice } from './notice';

/** When something starts by itself: a time in cron's words and in plain ones, and with which parameters. */
export function Timing(props: Timing.IProps): JSX.Element {
  const { cron, zone, zones, times, problem, isBehind, line, onGive, trans } = props;
  return (
    <div className="jp-Mlops-dialog">
      <label className="jp-Mlops-field">
        <span className="jp-Mlops-label">{trans.__('How often')}</span>
        <select
          value={PRESETS.includes(cron) ? cron : ''}
          onChange={event => event.target.value && onGive({ cron: event.target.value })}
        >
          {PRESETS.map(preset => (
            <option key={preset} value={preset}>
              {presetName(preset, trans)}
            </option>
          ))}
          <option value="">{trans.__('as written below')}</option>
        </select>
      </label>
      <label className="jp-Mlops-field">
        <span className="jp-Mlops-label">
          {trans.__('Cron')}
          <span className="jp-Mlops-type">{trans.__('minute hour day month weekday')}</span>
        </span>
        <input
          value={cron}
          spellCheck={false}
          onChange={event => onGive({ cron: event.target.value })}
        />
      </label>
      <label className="jp-Mlops-field">
        <span className="jp-Mlops-label">{trans.__('Time zone')}</span>
        <input
          value={zone}
          list="jp-Mlops-zones"
          spellCheck={false}
          onChange={event => onGive({ zone: event.target.value })}
        />
        <datalist id="jp-Mlops-zones">
          {zones.map(name => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      {problem ? (
        <Notice
          title={problem.message}
          hint={problem.hint}
          lines={[]}
          role="alert"
          copy={() => undefined}
          trans={trans}
        />
      ) : (
        <div
          className="jp-Mlops-said"
          role="status"
          aria-busy={isBehind}
          data-behind={isBehind || undefined}
        >
          {times && <Next times={times} trans={trans} />}
        </div>
      )}
      <code>{line}</code>
      <Form fields={props.fields} values={props.values} onChange={props.onChange} trans={trans} />
    </div>
  );
}

export namespace Timing {
  export interface ITimes {
    readonly said: string;
    readonly next: readonly string[];
  }

  export interface IProps {
    readonly cron: string;
    readonly zone: string;
    /** Zones to choose from. */
    readonly zones: readonly string[];
    readonly times: ITimes | null;
    readonly problem: { readonly message: string; readonly hint: string } | null;
    /** Whether the times are those of what stood there before. */
    readonly isBehind: boolean;
    readonly fields: readonly Form.IField[];
    readonly values: Form.Values;
    readonly line: string;
    readonly onGive: (given: { cron?: string; zone?: string }) => void;
    readonly onChange: (name: string, value: string) => void;
    readonly trans: TranslationBundle;
  }
}

export const PRESETS: readonly string[] = [
  '30 6 * * *',
  '30 6 * * MON-FRI',
  '30 6 * * MON',
  '30 6 1 * *',
  '0 * * * *'
];

function presetName(preset: string, trans: TranslationBundle): string {
  const names: Record<string, string> = {
    '30 6 * * *': trans.__('every day'),
    '30 6 * * MON-FRI': trans.__('every working day'),
    '30 6 * * MON': trans.__('every week'),
    '30 6 1 * *': trans.__('every month'),
    '0 * * * *': trans.__('every hour')
  };
  return names[preset] ?? preset;
}

function Next(props: { times: Timing.ITimes; trans: TranslationBundle }): JSX.Element {
  const { times, trans } = props;
  return (
    <>
      <p className="jp-Mlops-note">{trans.__('It starts %1:', brief(times.said))}</p>
      <ol className="jp-Mlops-times">
        {times.next.map(time => (
          <li key={time}>{time}</li>
        ))}
      </ol>
    </>
  );
}
