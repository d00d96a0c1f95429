import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { brief, clean } from '../text';
import { Diff } from './diff';
import { Grid } from './grid';
import { Notice } from './notice';

const LONGEST = 200_000;

/** The file that a notebook's cells would become, with a field for its name. */
export function Proposal(props: Proposal.IProps): JSX.Element {
  const { name, plan, problem, isBehind, line, onName, trans } = props;
  return (
    <div className="jp-Mlops-dialog">
      <label className="jp-Mlops-field">
        <span className="jp-Mlops-label">{trans.__('Name of the pipeline')}</span>
        <input value={name} spellCheck={false} onChange={event => onName(event.target.value)} />
      </label>
      {problem && (
        <Notice
          title={problem.message}
          hint={problem.hint}
          lines={[]}
          role="alert"
          copy={() => undefined}
          trans={trans}
        />
      )}
      <code>{line}</code>
      <div className="jp-Mlops-said" aria-busy={isBehind} data-behind={isBehind || undefined}>
        {plan && !problem && <Plan {...props} plan={plan} />}
        {!plan && !problem && (
          <p className="jp-Mlops-note" role="status">
            {trans.__('Reading the notebook…')}
          </p>
        )}
      </div>
    </div>
  );
}

export namespace Proposal {
  export interface IStep {
    readonly name: string;
    readonly needs: readonly string[];
    readonly outputs: readonly string[];
    readonly reads: readonly string[];
    readonly makes: readonly string[];
  }

  export interface IPlan {
    readonly file: string;
    readonly steps: readonly IStep[];
    readonly parameters: readonly string[];
    readonly text: string;
    readonly diff: string;
    readonly notes: readonly string[];
    readonly problems: readonly string[];
    readonly is_changed: boolean;
    readonly is_edited: boolean;
  }

  export interface IProps {
    readonly name: string;
    readonly plan: IPlan | null;
    readonly problem: { readonly message: string; readonly hint: string } | null;
    /** Whether the plan is to a name that stood there before. */
    readonly isBehind: boolean;
    /** What writes it. */
    readonly line: string;
    readonly isForced: boolean;
    readonly onName: (name: string) => void;
    readonly onForce: (isForced: boolean) => void;
    readonly trans: TranslationBundle;
  }
}

function Plan(props: Proposal.IProps & { plan: Proposal.IPlan }): JSX.Element {
  const { plan, isForced, onForce, trans } = props;
  return (
    <>
      <p className="jp-Mlops-note" role="status">
        {saidOf(plan, trans)}
      </p>
      {plan.is_edited && plan.is_changed && (
        <label className="jp-Mlops-check">
          <input
            type="checkbox"
            checked={isForced}
            onChange={event => onForce(event.target.checked)}
          />
          {trans.__(
            'Somebody changed it by hand: bring it up to date, and keep what the hand wrote'
          )}
        </label>
      )}
      <Steps steps={plan.steps} trans={trans} />
      {[...plan.problems, ...plan.notes].map(note => (
        <p key={note} className="jp-Mlops-note">
          {clean(note)}
        </p>
      ))}
      <Diff
        text={clean(plan.diff || plan.text, LONGEST)}
        label={plan.diff ? trans.__('What would change') : trans.__('The file')}
      />
    </>
  );
}

/** The steps, with those columns that have something in them. */
function Steps({ steps, trans }: Pick<Proposal.IProps, 'trans'> & Pick<Proposal.IPlan, 'steps'>) {
  const columns: [string, (step: Proposal.IStep) => readonly string[]][] = [
    [trans.__('after'), step => step.needs],
    [trans.__('gives'), step => step.outputs],
    [trans.__('reads'), step => step.reads],
    [trans.__('makes'), step => step.makes]
  ];
  const shown = columns.filter(([, read]) => steps.some(step => read(step).length > 0));
  return (
    <Grid
      label={trans.__('Steps')}
      columns={[trans.__('step'), ...shown.map(([name]) => name)]}
      rows={steps.map(step => [
        brief(step.name),
        ...shown.map(([, read]) => brief(read(step).join(', ')))
      ])}
    />
  );
}

function saidOf(plan: Proposal.IPlan, trans: TranslationBundle): string {
  const file = brief(plan.file);
  if (!plan.is_changed) {
    return trans.__('%1 says so already.', file);
  }
  return plan.diff ? trans.__('%1 would be changed:', file) : trans.__('%1 would be made:', file);
}
