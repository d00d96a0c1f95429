import React from 'react';
import type { Pipelines as Answer } from '../api/contract';
import { Action } from '../components/action';
import { Empty } from '../components/empty';
import { Entry } from '../components/entry';
import type { Form } from '../components/form';
import { List } from '../components/list';
import { markOf } from '../components/mark';
import { Next } from '../components/next';
import { Search } from '../components/search';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import { dueOf, type IPlan, pipelineOf, plansOf } from '../model/execution';
import { ago, brief } from '../text';
import { Executions } from './executions';
import { Pane } from './frame';
import { Plan } from './plan';

const ROW = 44;

/** The pipelines with what starts them, and the executions as they go on. */
export function Pipelines(props: Pipelines.IProps): JSX.Element {
  const { pipelines, chosen, filter, values, onFilter, onChange, onSchedule, hands, tools } = props;
  const { trans } = tools;
  const plans = pipelines.answer ? plansOf(pipelines.answer) : [];
  const matches = plans.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  const plan = plans.find(({ name }) => name === chosen);
  return (
    <>
      <Search value={filter} label={trans.__('Find a pipeline or notebook')} onSearch={onFilter} />
      {props.unattended > 0 && <Unattended count={props.unattended} tools={tools} />}
      <div className="jp-Mlops-top">
        <Pane of={pipelines} tools={tools}>
          {() => (
            <>
              {plans.length === 0 && <None {...props} />}
              <Plans {...props} plans={matches} last={pipelines.answer?.last ?? {}} />
            </>
          )}
        </Pane>
      </div>
      {plan && (
        <Plan
          plan={plan}
          values={values}
          hands={hands}
          onChange={onChange}
          onSchedule={onSchedule}
          tools={tools}
        />
      )}
      <h3 className="jp-Mlops-heading">
        {plan ? trans.__('Executions of %1', brief(plan.name)) : trans.__('Executions')}
      </h3>
      <Executions {...props} filter={plan ? '' : filter} />
    </>
  );
}

export namespace Pipelines {
  export interface IProps extends Executions.IProps {
    readonly pipelines: Pane.IState<Answer>;
    /** Name of the pipeline whose details are shown; the executions are its own then. */
    readonly chosen: string;
    /** What was typed into its form. */
    readonly values: Form.Values;
    /** How many executions wait while no worker is at work. */
    readonly unattended: number;
    /** The notebook in front of the reader, or null. */
    readonly notebook: string | null;
    readonly onFilter: (text: string) => void;
    readonly onChoose: (name: string) => void;
    readonly onChange: (name: string, value: string) => void;
    readonly onSchedule: (target: string) => void;
    readonly onMake: (notebook: string) => void;
  }
}

function Plans(
  props: Pipelines.IProps & { plans: readonly IPlan[]; last: Answer['last'] }
): JSX.Element {
  const { plans, last, chosen, onChoose, tools } = props;
  const { trans } = tools;
  return (
    <List
      count={plans.length}
      height={ROW}
      label={trans.__('Pipelines')}
      keyOf={index => plans[index]?.name ?? String(index)}
      row={index => {
        const plan = plans[index] as IPlan;
        const status = last[plan.name];
        return (
          <Entry
            name={brief(plan.name)}
            badges={badgesOf(plan, trans)}
            below={belowOf(plan, trans)}
            isChosen={plan.name === chosen}
            onChoose={() => onChoose(plan.name === chosen ? '' : plan.name)}
            {...(status ? { mark: markOf(status, trans) } : {})}
          />
        );
      }}
    />
  );
}

function badgesOf({ entry, schedules }: IPlan, trans: ITools['trans']): string[] {
  const isPaused = schedules.length > 0 && schedules.every(one => one.is_paused);
  return [
    ...(entry && entry.problems.length > 0 ? [trans.__('cannot run')] : []),
    ...(isPaused ? [trans.__('paused')] : []),
    ...(schedules.some(({ changed }) => changed.length > 0) ? [trans.__('files changed')] : [])
  ];
}

function belowOf({ entry, schedules }: IPlan, trans: ITools['trans']): string {
  const [problem] = entry?.problems ?? [];
  if (problem !== undefined) {
    return brief(problem);
  }
  const due = dueOf(schedules);
  const when = due
    ? trans.__('next %1', ago(due, new Date()))
    : schedules.map(one => one.when).join(', ');
  const steps = entry ? entry.steps.join(' → ') : trans.__('notebook');
  return [when, steps].filter(Boolean).map(brief).join(' · ');
}

/** Say that work waits for nobody; a server starts a worker within seconds unless it was told not to. */
function Unattended({ count, tools }: { count: number; tools: ITools }): JSX.Element {
  const { trans, copy } = tools;
  return (
    <div role="status">
      <p className="jp-Mlops-note">
        {trans._n(
          'No worker is at work: %1 execution waits.',
          'No worker is at work: %1 executions wait.',
          count
        )}
      </p>
      <Next line="jupyter mlops worker" copy={copy} trans={trans} />
    </div>
  );
}

function None({ notebook, hands, onMake, tools }: Pipelines.IProps): JSX.Element {
  const { trans } = tools;
  const target = notebook ?? 'train.ipynb';
  const name = pipelineOf(target);
  return (
    <>
      <Empty
        title={trans.__('No pipelines yet. Make one of a notebook, and run it:')}
        lines={[
          lineOf('pipeline', { notebook: target, name, write: true }),
          lineOf('run', { target: name, detach: true })
        ]}
        tools={tools}
      />
      {notebook !== null && (
        <Action
          label={trans.__('Make pipeline…')}
          line={lineOf('pipeline', { notebook, name })}
          refusal={hands.refusal('pipeline')}
          onRun={() => onMake(notebook)}
          tools={tools}
        />
      )}
    </>
  );
}
