import React from 'react';
import type { AuditEvent, Lineage, ModelVersion } from '../api/contract';
import { Action } from '../components/action';
import { Events } from '../sections/events';
import { Grid } from '../components/grid';
import { Lineage as Ways } from '../sections/lineage';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import { Pane } from '../sections/frame';
import { brief, clean } from '../text';
import { Gate } from './gate';

/** One model: its versions, who moved its aliases, and why. */
export function Model(props: Model.IProps): JSX.Element {
  const { name, versions, history, lineage, onPick, tools } = props;
  const { trans } = tools;
  return (
    <article className="jp-Mlops-page" aria-label={brief(name)}>
      <h1 className="jp-Mlops-heading">{brief(name)}</h1>
      <Pane of={versions} tools={tools}>
        {() => <Serving {...props} />}
      </Pane>
      <h2 className="jp-Mlops-heading">{trans.__('Versions')}</h2>
      <Pane of={versions} tools={tools}>
        {() => <Versions rows={versions.rows} tools={tools} />}
      </Pane>
      <h2 className="jp-Mlops-heading">{trans.__('Gate')}</h2>
      {versions.rows.length > 0 && (
        <Gate {...props.gate} versions={versions.rows} refusal={props.refusal} tools={tools} />
      )}
      <h2 className="jp-Mlops-heading">{trans.__('History')}</h2>
      <Action
        label={trans.__('History')}
        line={lineOf('history', { ref: `model:${name}` })}
        tools={tools}
      />
      <Pane of={history} tools={tools}>
        {() => <Events events={history.answer ?? []} tools={tools} />}
      </Pane>
      <h2 className="jp-Mlops-heading">{trans.__('Lineage')}</h2>
      <Action
        label={trans.__('Lineage')}
        line={lineOf('lineage', { ref: `version:${name}` })}
        tools={tools}
      />
      <Pane of={lineage} tools={tools}>
        {() => lineage.answer && <Ways of={lineage.answer} onPick={onPick} tools={tools} />}
      </Pane>
    </article>
  );
}

export namespace Model {
  export interface IProps {
    readonly name: string;
    readonly versions: Pane.IState & { readonly rows: readonly ModelVersion[] };
    readonly history: Pane.IState<readonly AuditEvent[]>;
    readonly lineage: Pane.IState<Lineage>;
    readonly gate: Pick<Gate.IProps, 'given' | 'report' | 'onGive' | 'onJudge' | 'onLast'>;
    readonly refusal: (verb: string) => string | null;
    readonly onPromote: (version: ModelVersion) => void;
    readonly onRollback: (version: ModelVersion) => void;
    /** Ask others to approve that a version is promoted. */
    readonly onRequest: (version: ModelVersion) => void;
    /** Open the page of what a reference with its kind names. */
    readonly onPick: (ref: string) => void;
    readonly tools: ITools;
  }
}

function Serving(props: Model.IProps): JSX.Element {
  const { name, versions, refusal, onPromote, onRollback, onRequest, tools } = props;
  const { trans } = tools;
  const champion = versions.rows.find(({ aliases }) => aliases.includes('champion'));
  const newest = versions.rows[0];
  return (
    <>
      <p className="jp-Mlops-note">
        {champion
          ? trans.__('%1 serves as champion.', brief(champion.ref))
          : trans.__('No version serves as champion.')}
      </p>
      {newest && newest !== champion && (
        <Action
          label={trans.__('Promote %1', brief(newest.ref))}
          line={lineOf('promote', { version: newest.ref })}
          refusal={refusal('promote')}
          onRun={() => onPromote(newest)}
          tools={tools}
        />
      )}
      {newest && newest !== champion && (
        <Action
          label={trans.__('Ask for approval…')}
          line={lineOf('request', { subject: newest.ref })}
          refusal={refusal('request')}
          onRun={() => onRequest(newest)}
          tools={tools}
        />
      )}
      {champion && (
        <Action
          label={trans.__('Roll back')}
          line={lineOf('rollback', { name })}
          refusal={refusal('rollback')}
          onRun={() => onRollback(champion)}
          tools={tools}
        />
      )}
    </>
  );
}

function Versions({ rows, tools }: { rows: readonly ModelVersion[]; tools: ITools }): JSX.Element {
  const { trans } = tools;
  return (
    <Grid
      label={trans.__('Versions')}
      columns={['version', 'aliases', 'when', 'class', 'run', 'data', 'note'].map(word =>
        columnOf(word, trans)
      )}
      rows={rows.map(row => [
        brief(row.ref),
        <Badges key="aliases" names={row.aliases} />,
        new Date(row.created_at).toLocaleString(),
        brief(row.tags['jupyter_mlops.class'] ?? '')
          .split('.')
          .pop() ?? '',
        brief(row.run ?? ''),
        brief(row.tags['jupyter_mlops.snapshots'] ?? ''),
        clean(row.tags['jupyter_mlops.note'] ?? '')
      ])}
    />
  );
}

function Badges({ names }: { names: readonly string[] }): JSX.Element {
  return (
    <>
      {names.map(name => (
        <span key={name} className="jp-Mlops-badge" data-badge={name}>
          {brief(name)}
        </span>
      ))}
    </>
  );
}

function columnOf(word: string, trans: ITools['trans']): string {
  const words: Record<string, string> = {
    version: trans.__('version'),
    aliases: trans.__('aliases'),
    when: trans.__('when'),
    class: trans.__('class'),
    run: trans.__('run'),
    data: trans.__('data'),
    note: trans.__('note')
  };
  return words[word] ?? word;
}
