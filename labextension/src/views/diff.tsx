import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import React from 'react';
import type { Diff as Answer } from '../api/contract';
import { Action } from '../components/action';
import { Choice, Field } from '../components/field';
import { Facts } from '../components/facts';
import { Grid } from '../components/grid';
import { Sample } from '../sections/sample';
import type { ITools } from '../components/tools';
import { type Arguments, lineOf } from '../line';
import type { ITold } from '../model/asked';
import { Pane } from '../sections/frame';
import { brief, digits } from '../text';
import { inkOf, themed } from './figures';
import { Plot } from './plot';

const MOST = 10_000; // rows of each kind that `diff` gives at most

/** Two versions told apart: schema, rows, columns, cells. */
export function Diff(props: Diff.IProps): JSX.Element {
  const { model, given, tools } = props;
  const { trans } = tools;
  return (
    <article className="jp-Mlops-page" aria-label={trans.__('Difference of two versions')}>
      <h1 className="jp-Mlops-heading">
        {brief(given.before)} → {brief(given.after)}
      </h1>
      <Asking key={`${given.before} ${given.after}`} {...props} />
      <Pane of={model} tools={tools}>
        {() => model.answer && <Found {...props} told={model.answer} />}
      </Pane>
    </article>
  );
}

export namespace Diff {
  /** What is compared, and how. */
  export interface IGiven {
    readonly before: string;
    readonly after: string;
    /** Columns that tell rows apart. */
    readonly key: readonly string[];
    readonly match: 'key' | 'content' | 'position' | null;
  }

  export interface IProps {
    readonly given: IGiven;
    /** References of the versions that can be chosen. */
    readonly versions: readonly string[];
    readonly model: Pane.IState<ITold<Answer>>;
    readonly rendermime: Pick<IRenderMimeRegistry, 'mimeTypes' | 'createRenderer'>;
    readonly onAsk: (given: IGiven) => void;
    readonly tools: ITools;
  }
}

/** Write what is compared as arguments of the verb. */
export function argumentsOf({ before, after, key, match }: Diff.IGiven): Arguments {
  return { before, after, key: key.length > 0 ? key : undefined, match: match ?? undefined };
}

function Asking({ given, versions, onAsk, tools }: Diff.IProps): JSX.Element {
  const { trans } = tools;
  const [typed, setTyped] = React.useState(given);
  const give = (part: Partial<Diff.IGiven>) => setTyped({ ...typed, ...part });
  const known = [...new Set([...versions, typed.before, typed.after])];
  const matches = [
    ['', trans.__('the key, else the content')],
    ['key', trans.__('the key')],
    ['content', trans.__('the content')],
    ['position', trans.__('the position')]
  ] as const;
  return (
    <>
      <div className="jp-Mlops-fields">
        <Choice
          label={trans.__('Before')}
          value={typed.before}
          choices={known.map(ref => [ref, brief(ref)])}
          onChange={before => give({ before })}
        />
        <Choice
          label={trans.__('After')}
          value={typed.after}
          choices={known.map(ref => [ref, brief(ref)])}
          onChange={after => give({ after })}
        />
        <Choice
          label={trans.__('Match rows by')}
          value={typed.match ?? ''}
          choices={matches}
          onChange={match => give({ match: (match || null) as Diff.IGiven['match'] })}
        />
        <Field
          label={trans.__('Key columns')}
          value={typed.key.join(', ')}
          hint={trans.__('found where there is one')}
          onChange={text => give({ key: wordsOf(text) })}
        />
      </div>
      <Action
        label={trans.__('Compare')}
        line={lineOf('diff', argumentsOf(typed))}
        refusal={typed.before === typed.after ? trans.__('Choose two versions') : null}
        onRun={() => onAsk(typed)}
        tools={tools}
      />
    </>
  );
}

/** Read names between commas. */
export function wordsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean);
}

function Found(props: Diff.IProps & { told: ITold<Answer> }): JSX.Element {
  const { told, given, rendermime, tools } = props;
  const { trans } = tools;
  const { record: of, figure } = told;
  return (
    <>
      <Summary of={of} tools={tools} />
      {of.schema_changes.length > 0 && (
        <>
          <h2 className="jp-Mlops-heading">{trans.__('Schema')}</h2>
          <Grid
            label={trans.__('Changes of the schema')}
            columns={[
              trans.__('column'),
              trans.__('change'),
              trans.__('before'),
              trans.__('after')
            ]}
            rows={of.schema_changes.map(item => [
              brief(item.column || '–'),
              item.change,
              brief(item.before),
              brief(item.after)
            ])}
          />
        </>
      )}
      {of.columns.length > 0 && (
        <>
          <h2 className="jp-Mlops-heading">{trans.__('Columns, the furthest moved first')}</h2>
          {figure && (
            <Plot
              figure={themed(figure, inkOf(document.body))}
              label={trans.__('How far each column has moved')}
              rendermime={rendermime}
            />
          )}
          <Columns of={of} tools={tools} />
        </>
      )}
      {of.rows.length > 0 && (
        <>
          <h2 className="jp-Mlops-heading">{trans.__('Which rows')}</h2>
          <Sample of={of} trans={trans} />
          <Action
            label={trans.__('More of them')}
            line={`changes = ${lineOf('diff', { ...argumentsOf(given), limit: MOST })}`}
            tools={tools}
          />
        </>
      )}
    </>
  );
}

function Summary({ of, tools }: { of: Answer; tools: ITools }): JSX.Element {
  const { trans } = tools;
  const how = {
    key: trans.__('by the key %1', brief(of.key.join(', '))),
    content: trans.__('by all that they hold'),
    position: trans.__('by position')
  }[of.by];
  return of.is_equal ? (
    <p className="jp-Mlops-note" role="status">
      {trans.__('Both hold the same.')}
    </p>
  ) : (
    <Facts
      label={trans.__('Summary')}
      facts={[
        [
          trans.__('rows'),
          `${of.rows_before.toLocaleString()} → ${of.rows_after.toLocaleString()}`
        ],
        [trans.__('added'), of.added.toLocaleString()],
        [trans.__('removed'), of.removed.toLocaleString()],
        [trans.__('changed'), of.changed.toLocaleString()],
        [trans.__('cells'), of.cells_changed.toLocaleString()],
        [trans.__('order'), of.is_moved ? trans.__('rows come in another order') : ''],
        [trans.__('matched'), of.is_guessed ? trans.__('%1, a guess', how) : how]
      ]}
    />
  );
}

function Columns({ of, tools }: { of: Answer; tools: ITools }): JSX.Element {
  const { trans } = tools;
  const both = (one: number | null, other: number | null, show = digits) =>
    one === null || other === null || one === other ? '' : `${show(one)} → ${show(other)}`;
  return (
    <Grid
      label={trans.__('Columns that differ')}
      columns={[
        trans.__('column'),
        trans.__('shift'),
        trans.__('cells'),
        trans.__('mean'),
        trans.__('missing')
      ]}
      rows={of.columns.map(item => [
        brief(item.column),
        `${item.shift.toFixed(3)} ${item.measure}`,
        item.changed.toLocaleString(),
        both(item.mean_before, item.mean_after),
        both(item.missing_before, item.missing_after, String)
      ])}
    />
  );
}
