import React from 'react';
import type { Run } from '../api/contract';
import { VERBS } from '../api/verbs';
import type { ICard } from '../card';
import { Action } from '../components/action';
import { Card } from '../components/card';
import { Empty } from '../components/empty';
import { Facts } from '../components/facts';
import { Form, assigned, missing } from '../components/form';
import { Progress } from '../components/progress';
import { PRESETS } from '../components/timing';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import { pipelineOf } from '../model/execution';
import type { INotebookState } from '../model/notebook';
import { ago, brief, clean, digits } from '../text';
import { Pane } from './frame';
import { refOf } from './runs';

const PROVEN = 'mlops.proven';
const PROVEN_BY = 'mlops.proven_by';
const REASONS = 'mlops.unproven_reasons';

/** The notebook in front of the reader; without one, how the project stands. */
export function Notebook(props: Notebook.IProps): JSX.Element {
  const { path, model, standing, tools } = props;
  const { trans, copy } = tools;
  const others = props.others.map(job => <Job key={job.id} {...props} job={job} />);
  if (path === null) {
    return (
      <>
        {others}
        <Pane of={standing} tools={tools}>
          {() => standing.answer && <Card card={standing.answer.card} copy={copy} trans={trans} />}
        </Pane>
      </>
    );
  }
  return (
    <>
      {others}
      <div className="jp-Mlops-title">{brief(path)}</div>
      {props.job && <Job {...props} job={props.job} />}
      <Pane of={model} tools={tools}>
        {() => model.answer && <Known {...props} path={path} state={model.answer} />}
      </Pane>
    </>
  );
}

export namespace Notebook {
  export interface IProps {
    /** The active notebook, or null when none is. */
    readonly path: string | null;
    readonly model: Pane.IState<INotebookState>;
    readonly standing: Pane.IState<{ readonly card: ICard }>;
    /** The newest job that runs this notebook. */
    readonly job: IKnownJob | undefined;
    /** The jobs that run and are about something else. */
    readonly others: readonly IKnownJob[];
    /** What was typed into the form. */
    readonly values: Form.Values;
    readonly refusal: (verb: string) => string | null;
    readonly onChange: (name: string, value: string) => void;
    readonly onRun: (given: { target: string; param: string[] }) => void;
    /** Run the cells of that run clean. */
    readonly onProve: (subject: string) => void;
    readonly onMake: (notebook: string) => void;
    readonly onSchedule: (target: string) => void;
    readonly onCancel: (id: string) => void;
    readonly tools: ITools;
  }
}

interface IKnownJob extends Progress.IJob {
  readonly id: string;
  readonly subject?: string;
}

function Job(props: Pick<Notebook.IProps, 'onCancel' | 'tools'> & { job: IKnownJob }): JSX.Element {
  const { job, onCancel, tools } = props;
  return (
    <Progress job={job} onCancel={() => onCancel(job.id)} copy={tools.copy} trans={tools.trans} />
  );
}

function Known(props: Notebook.IProps & { path: string; state: INotebookState }): JSX.Element {
  const { path, state, values, refusal, onChange, onRun, onMake, onSchedule, tools } = props;
  const { trans } = tools;
  const { parameters } = state.notebook;
  const given = { target: path, param: assigned(parameters, values) };
  return (
    <>
      <Git {...state.notebook} trans={trans} />
      {state.run ? (
        <>
          <Last run={state.run} data={state.data} tools={tools} />
          <Stamp {...props} run={state.run} />
        </>
      ) : (
        <Empty
          title={trans.__('It made no run yet. Put this on top of a cell that trains, and run it:')}
          lines={['%%mlops record']}
          tools={tools}
        />
      )}
      <h3 className="jp-Mlops-heading">{trans.__('Run it as a whole')}</h3>
      {parameters.length > 0 ? (
        <Form fields={parameters} values={values} onChange={onChange} trans={trans} />
      ) : (
        <p className="jp-Mlops-note">
          {trans.__('Tag a cell of assignments “parameters”, and a form for them stands here.')}
        </p>
      )}
      <Action
        label={trans.__('Run')}
        line={lineOf('run', given)}
        refusal={refusal('run') ?? unready(props, trans)}
        onRun={() => onRun(given)}
        tools={tools}
      />
      <Action
        label={trans.__('Schedule…')}
        line={lineOf('schedule', { target: path, cron: PRESETS[0] })}
        refusal={refusal('schedule')}
        onRun={() => onSchedule(path)}
        tools={tools}
      />
      <Action
        label={trans.__('Make pipeline…')}
        line={lineOf('pipeline', { notebook: path, name: pipelineOf(path) })}
        refusal={refusal('pipeline')}
        onRun={() => onMake(path)}
        tools={tools}
      />
    </>
  );
}

/** Whether a clean run of its cells makes it again; what is unproven is mended here. */
function Stamp(props: Notebook.IProps & { run: Run }): JSX.Element | null {
  const { run, tools } = props;
  const { trans } = tools;
  if (run.tags[PROVEN] === undefined) {
    return null;
  }
  const isProven = run.tags[PROVEN] === 'true';
  return (
    <>
      <p className="jp-Mlops-note">
        <span className="jp-Mlops-badge" data-state={isProven ? 'ok' : 'warning'}>
          {isProven ? trans.__('proven') : trans.__('unproven')}
        </span>{' '}
        {clean(run.tags[isProven ? PROVEN_BY : REASONS] ?? '')}
      </p>
      {!isProven && VERBS.prove && <Mend {...props} subject={refOf(run.id)} />}
    </>
  );
}

function Mend(props: Notebook.IProps & { subject: string }): JSX.Element {
  const { subject, job, refusal, onProve, tools } = props;
  const busy = job?.state === 'running' ? tools.trans.__('It is running') : null;
  return (
    <Action
      label={tools.trans.__('Clean re-run')}
      line={lineOf('prove', { subject })}
      refusal={refusal('prove') ?? busy}
      onRun={() => onProve(subject)}
      tools={tools}
    />
  );
}

function unready(props: Notebook.IProps, trans: ITools['trans']): string | null {
  const fields = props.model.answer?.notebook.parameters ?? [];
  const [first] = missing(fields, props.values);
  if (first !== undefined) {
    return trans.__('Give a value for %1', brief(first));
  }
  return props.job?.state === 'running' ? trans.__('It is running') : null;
}

type Place = Pick<INotebookState['notebook'], 'commit' | 'branch' | 'is_dirty'>;

function Git(props: Place & { trans: ITools['trans'] }): JSX.Element {
  const { commit, branch, is_dirty: isDirty, trans } = props;
  if (!commit) {
    return <p className="jp-Mlops-note">{trans.__('Not in git: a run cannot name its commit.')}</p>;
  }
  const place = [branch, commit.slice(0, 8)].filter(Boolean).map(brief).join(' · ');
  return (
    <p className="jp-Mlops-note">
      {place}{' '}
      <span className="jp-Mlops-badge" data-state={isDirty ? 'warning' : 'ok'}>
        {isDirty ? trans.__('uncommitted changes') : trans.__('clean')}
      </span>
    </p>
  );
}

function Last(props: { run: Run; data: readonly string[]; tools: ITools }): JSX.Element {
  const { run, data, tools } = props;
  const { trans } = tools;
  const metrics = Object.entries(run.metrics).map(
    ([name, value]) => [brief(name), digits(value)] as const
  );
  return (
    <>
      <h3 className="jp-Mlops-heading">{trans.__('Newest run')}</h3>
      <Facts
        label={trans.__('Newest run')}
        facts={[
          [trans.__('run'), `${brief(run.name)} ${refOf(run.id)}`],
          [trans.__('status'), `${run.status}, ${ago(run.started_at, new Date())}`],
          [trans.__('data'), clean(data.join(', '))],
          ...metrics
        ]}
      />
    </>
  );
}
