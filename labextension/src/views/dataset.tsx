import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import React from 'react';
import type { AuditEvent, Expectation, Lineage, Profile, Report, Snapshot } from '../api/contract';
import { Action, Press } from '../components/action';
import { Card } from '../components/card';
import { Diff as Text } from '../components/diff';
import { Events } from '../sections/events';
import { Facts } from '../components/facts';
import { Grid } from '../components/grid';
import { Lineage as Ways } from '../sections/lineage';
import { Report as Findings } from '../sections/report';
import type { ITools } from '../components/tools';
import { lineOf, variableOf } from '../line';
import type { ITold } from '../model/asked';
import { contractOf, personalOf } from '../sections/data';
import { Pane } from '../sections/frame';
import { ago, brief, clean, size } from '../text';
import { inkOf, themed } from './figures';
import { Plot } from './plot';

/** One dataset: its versions, and all that is known of the chosen one. */
export function Dataset(props: Dataset.IProps): JSX.Element {
  const { name, versions, looked, tools } = props;
  const { trans } = tools;
  const shown = versions.rows.find(({ ref }) => ref === looked) ?? versions.rows[0];
  return (
    <article className="jp-Mlops-page" aria-label={brief(name)}>
      <h1 className="jp-Mlops-heading">{brief(name)}</h1>
      <Pane of={versions} tools={tools}>
        {() => (
          <>
            <Versions {...props} shown={shown} />
            {shown && <Chosen {...props} shown={shown} />}
          </>
        )}
      </Pane>
      <h2 className="jp-Mlops-heading">{trans.__('History')}</h2>
      <Action
        label={trans.__('History')}
        line={lineOf('history', { ref: `dataset:${name}` })}
        tools={tools}
      />
      <Pane of={props.history} tools={tools}>
        {() => <Events events={props.history.answer ?? []} tools={tools} />}
      </Pane>
    </article>
  );
}

export namespace Dataset {
  /** A question that is shown once it was asked. */
  type Wanted<T> = Pane.IState<T> & { readonly isWanted: boolean };

  export interface IProps {
    readonly name: string;
    readonly versions: Pane.IState & {
      readonly rows: readonly Snapshot[];
      readonly hasMore: boolean;
      readonly more: () => void;
    };
    /** Reference of the chosen version; of the newest while it is empty. */
    readonly looked: string;
    /** The chosen version with what looks personal in it. */
    readonly details: Pane.IState<Snapshot>;
    readonly profile: Pane.IState<ITold<Profile>>;
    readonly lineage: Pane.IState<Lineage>;
    readonly history: Pane.IState<readonly AuditEvent[]>;
    readonly report: Wanted<Report>;
    readonly proposal: Wanted<Expectation>;
    readonly rendermime: Pick<IRenderMimeRegistry, 'mimeTypes' | 'createRenderer'>;
    readonly refusal: (verb: string) => string | null;
    readonly onLook: (ref: string) => void;
    readonly onLoad: (line: string) => void;
    readonly onDiff: (before: string, after: string) => void;
    readonly onValidate: () => void;
    readonly onExpect: () => void;
    readonly onWrite: (ref: string) => void;
    readonly onPick: (ref: string) => void;
    readonly tools: ITools;
  }
}

type IChosen = Dataset.IProps & { readonly shown: Snapshot };

function Versions(props: Dataset.IProps & { shown: Snapshot | undefined }): JSX.Element {
  const { name, versions, shown, onLook, tools } = props;
  const { trans } = tools;
  return (
    <>
      <Action label={trans.__('Versions')} line={lineOf('datasets', { name })} tools={tools} />
      <Grid
        label={trans.__('Versions of %1', brief(name))}
        columns={[
          trans.__('version'),
          trans.__('rows × columns'),
          trans.__('size'),
          trans.__('when'),
          trans.__('by'),
          trans.__('contract'),
          trans.__('note')
        ]}
        rows={versions.rows.map(row => [
          <Press
            key="ref"
            label={brief(row.ref)}
            isPressed={row === shown}
            onPress={() => onLook(row.ref)}
          />,
          `${row.rows.toLocaleString()} × ${row.columns.toLocaleString()}`,
          size(row.size_bytes),
          ago(row.created_at, new Date()),
          brief(row.actor),
          contractOf(row, trans)?.label ?? '',
          clean(row.note)
        ])}
      />
      {versions.hasMore && (
        <Press isQuiet label={trans.__('Older versions')} onPress={() => versions.more()} />
      )}
    </>
  );
}

function Chosen(props: IChosen): JSX.Element {
  const { shown, tools } = props;
  const { trans } = tools;
  return (
    <>
      <h2 className="jp-Mlops-heading">{brief(shown.ref)}</h2>
      <About {...props} />
      <h2 className="jp-Mlops-heading">{trans.__('Profile')}</h2>
      <Known {...props} />
      <h2 className="jp-Mlops-heading">{trans.__('Contract')}</h2>
      <Contract {...props} />
      <h2 className="jp-Mlops-heading">{trans.__('Lineage')}</h2>
      <Action
        label={trans.__('Lineage')}
        line={lineOf('lineage', { ref: shown.ref })}
        tools={tools}
      />
      <Pane of={props.lineage} tools={tools}>
        {() =>
          props.lineage.answer && (
            <Ways of={props.lineage.answer} onPick={props.onPick} tools={tools} />
          )
        }
      </Pane>
    </>
  );
}

function About(props: IChosen): JSX.Element {
  const { shown, details, versions, onLoad, onDiff, tools } = props;
  const { trans } = tools;
  const line = `${variableOf(shown.ref)} = ${lineOf('load', { ref: shown.ref })}`;
  const other =
    versions.rows.find(({ version }) => version < shown.version) ??
    versions.rows.find(({ version }) => version !== shown.version);
  const pair = { before: other?.ref ?? shown.ref, after: shown.ref };
  return (
    <>
      <Facts
        label={trans.__('Snapshot')}
        facts={[
          [
            trans.__('made'),
            `${new Date(shown.created_at).toLocaleString()}, ${brief(shown.actor)}`
          ],
          [trans.__('digest'), shown.digest.slice(0, 12)],
          [trans.__('derived'), brief([shown.made_by, ...shown.made_from].join(' '))],
          [trans.__('stale'), brief(shown.newer.join(', '))],
          [trans.__('personal'), personalOf(details.answer, trans)],
          [trans.__('note'), clean(shown.note)]
        ]}
      />
      <Action
        label={trans.__('Load')}
        line={line}
        refusal={tools.insert ? null : trans.__('Open a notebook first')}
        onRun={() => onLoad(line)}
        tools={tools}
      />
      <Action
        label={trans.__('Diff…')}
        line={lineOf('diff', pair)}
        refusal={other ? null : trans.__('There is one version only')}
        onRun={() => onDiff(pair.before, pair.after)}
        tools={tools}
      />
    </>
  );
}

function Known({ shown, profile, rendermime, tools }: IChosen): JSX.Element {
  const { trans, copy } = tools;
  const told = profile.answer;
  return (
    <>
      <Action
        label={trans.__('Profile')}
        line={lineOf('profile', { subject: shown.ref })}
        tools={tools}
      />
      <Pane of={profile} tools={tools}>
        {() =>
          told && (
            <>
              {told.figure && (
                <Plot
                  figure={themed(told.figure, inkOf(document.body))}
                  label={trans.__('Profile of %1', brief(shown.ref))}
                  rendermime={rendermime}
                />
              )}
              <Card card={{ ...told.card, next: [] }} copy={copy} trans={trans} />
            </>
          )
        }
      </Pane>
    </>
  );
}

function Contract(props: IChosen): JSX.Element {
  const { shown, report, proposal, refusal, onValidate, onExpect, tools } = props;
  const { trans } = tools;
  return (
    <>
      <p className="jp-Mlops-note">
        {contractOf(shown, trans)?.label ?? trans.__('No contract judged it when it was made.')}
      </p>
      <Action
        label={trans.__('Validate')}
        line={lineOf('validate', { subject: shown.ref })}
        onRun={onValidate}
        tools={tools}
      />
      {report.isWanted && (
        <Pane of={report} tools={tools}>
          {() => report.answer && <Findings of={report.answer} tools={tools} />}
        </Pane>
      )}
      <Action
        label={trans.__('Expect…')}
        line={lineOf('expect', { refs: [shown.ref] })}
        refusal={refusal('expect')}
        onRun={onExpect}
        tools={tools}
      />
      {proposal.isWanted && (
        <Pane of={proposal} tools={tools}>
          {() => proposal.answer && <Proposal {...props} of={proposal.answer} />}
        </Pane>
      )}
    </>
  );
}

function Proposal(props: IChosen & { of: Expectation }): JSX.Element {
  const { of, shown, refusal, onWrite, tools } = props;
  const { trans } = tools;
  return of.is_changed ? (
    <>
      {of.notes.map(note => (
        <p key={note} className="jp-Mlops-note">
          {clean(note)}
        </p>
      ))}
      <Text
        text={clean(of.diff || of.text, 20_000)}
        label={trans.__('Proposed %1', brief(of.file))}
      />
      <Action
        label={trans.__('Write')}
        line={lineOf('expect', { refs: [shown.ref], write: true })}
        refusal={refusal('expect')}
        onRun={() => onWrite(shown.ref)}
        tools={tools}
      />
    </>
  ) : (
    <p className="jp-Mlops-note" role="status">
      {trans.__('%1 says so already.', brief(of.file))}
    </p>
  );
}
