import React from 'react';
import type { PipelineEntry, Planned } from '../api/contract';
import { Action } from '../components/action';
import { Facts } from '../components/facts';
import { Form, assigned, missing } from '../components/form';
import { Notice } from '../components/notice';
import { PRESETS } from '../components/timing';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import type { IPlan } from '../model/execution';
import { ago, brief, clean } from '../text';
import { Deed, type IHands } from './deeds';

/** One pipeline: what it is, what starts it by itself, and a form of its parameters to run it. */
export function Plan(props: Plan.IProps): JSX.Element {
  const { plan, values, hands, onChange, onSchedule, tools } = props;
  const { trans, copy } = tools;
  const { entry, schedules } = plan;
  return (
    <section className="jp-Mlops-details" aria-label={brief(plan.name)}>
      {entry && <About entry={entry} />}
      {entry && entry.problems.length > 0 && (
        <Notice
          title={trans.__('It cannot run.')}
          hint={entry.problems.map(problem => clean(problem)).join('\n')}
          lines={[]}
          role="alert"
          copy={copy}
          trans={trans}
        />
      )}
      {entry && entry.problems.length === 0 && (
        <Run
          entry={entry}
          values={values}
          hands={hands}
          onChange={onChange}
          onSchedule={onSchedule}
          tools={tools}
        />
      )}
      {entry && isOnlyAsked(plan) && <Asked entry={entry} hands={hands} tools={tools} />}
      {schedules.map(one => (
        <Schedule key={one.name} of={one} hands={hands} tools={tools} />
      ))}
    </section>
  );
}

export namespace Plan {
  export interface IProps {
    readonly plan: IPlan;
    /** What was typed into the form. */
    readonly values: Form.Values;
    readonly hands: IHands;
    readonly onChange: (name: string, value: string) => void;
    readonly onSchedule: (target: string) => void;
    readonly tools: ITools;
  }
}

/** Whether its file says what starts it, and nobody has scheduled that. */
function isOnlyAsked({ entry, schedules }: IPlan): boolean {
  return entry !== null && entry.triggers.length > 0 && schedules.length === 0;
}

function About({ entry }: { entry: PipelineEntry }): JSX.Element {
  return (
    <>
      {entry.description && <p className="jp-Mlops-note">{clean(entry.description)}</p>}
      <div className="jp-Mlops-quiet">{brief(entry.file)}</div>
    </>
  );
}

type IRunProps = Omit<Plan.IProps, 'plan'> & { readonly entry: PipelineEntry };

function Run({ entry, values, hands, onChange, onSchedule, tools }: IRunProps): JSX.Element {
  const { trans } = tools;
  const { name, parameters } = entry;
  const [first] = missing(parameters, values);
  const given = { target: name, param: assigned(parameters, values), detach: true };
  const reason = first === undefined ? null : trans.__('Give a value for %1', brief(first));
  return (
    <>
      <Deed
        verb="run"
        given={given}
        label={trans.__('Run')}
        reason={reason}
        hands={hands}
        tools={tools}
      />
      {parameters.length > 0 && (
        <details className="jp-Mlops-fold" open={first !== undefined || undefined}>
          <summary>{trans._n('%1 parameter', '%1 parameters', parameters.length)}</summary>
          <Form fields={parameters} values={values} onChange={onChange} trans={trans} />
        </details>
      )}
      <Action
        label={trans.__('Schedule…')}
        line={lineOf('schedule', { target: name, cron: PRESETS[0] })}
        refusal={hands.refusal('schedule')}
        onRun={() => onSchedule(name)}
        tools={tools}
      />
    </>
  );
}

/** Let a pipeline start by itself as its own file says. */
function Asked(props: Pick<Plan.IProps, 'hands' | 'tools'> & { entry: PipelineEntry }) {
  const { entry, hands, tools } = props;
  const { trans } = tools;
  return (
    <>
      <p className="jp-Mlops-note">
        {trans.__('Its file says when: %1', clean(entry.triggers.join(', ')))}
      </p>
      <Deed
        verb="schedule"
        given={{ target: entry.name }}
        label={trans.__('Schedule so')}
        hands={hands}
        tools={tools}
      />
    </>
  );
}

function Schedule(props: { of: Planned; hands: IHands; tools: ITools }): JSX.Element {
  const { of, hands, tools } = props;
  const { trans } = tools;
  const { name, when, is_paused: isPaused, last, changed } = of;
  const deeds = { hands, tools };
  return (
    <details className="jp-Mlops-fold">
      <summary>
        {trans.__('%1 starts it %2', brief(name), brief(when))}
        {isPaused && <span className="jp-Mlops-badge">{trans.__('paused')}</span>}
        {changed.length > 0 && (
          <span className="jp-Mlops-badge" data-state="warning">
            {trans.__('files changed')}
          </span>
        )}
      </summary>
      <Facts
        label={trans.__('Schedule %1', brief(name))}
        facts={[
          [trans.__('next'), of.next_at ? dueAt(of.next_at) : ''],
          [trans.__('last'), last ? brief([last.outcome, last.reason].join(' ').trim()) : '']
        ]}
      />
      {changed.length > 0 && <Changed of={of} {...deeds} />}
      {isPaused ? (
        <Deed verb="resume" given={{ ref: name }} label={trans.__('Resume')} {...deeds} />
      ) : (
        <Deed verb="pause" given={{ ref: name }} label={trans.__('Pause')} {...deeds} />
      )}
      <Deed verb="trigger" given={{ name }} label={trans.__('Start now')} {...deeds} />
      <Deed verb="unschedule" given={{ name }} label={trans.__('Remove')} {...deeds} />
    </details>
  );
}

/** Say which files are not as they were when a schedule was made, and let the reader decide. */
export function Changed(props: { of: Planned; hands: IHands; tools: ITools }): JSX.Element {
  const { of, hands, tools } = props;
  const { trans } = tools;
  const target = of.name;
  return (
    <>
      <p className="jp-Mlops-note" role="status">
        {trans.__(
          '%1 changed since %2 was made; it starts what was there then.',
          brief(of.changed.join(', ')),
          brief(of.name)
        )}
      </p>
      <Deed
        verb="schedule"
        given={{ target, update: true }}
        label={trans.__('Update')}
        hands={hands}
        tools={tools}
      />
      <Deed
        verb="schedule"
        given={{ target, keep: true }}
        label={trans.__('Keep')}
        hands={hands}
        tools={tools}
      />
    </>
  );
}

/** Say when something is due: on the reader's clock, and how long it is until then. */
export function dueAt(moment: string): string {
  const at = new Date(moment);
  const options = { weekday: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return `${at.toLocaleString(undefined, options)}, ${ago(moment, new Date())}`;
}
