import React from 'react';
import type { GateReport, ModelVersion } from '../api/contract';
import { Action } from '../components/action';
import { Facts } from '../components/facts';
import { Choice, Field } from '../components/field';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import type { ITold } from '../model/asked';
import { Pane } from '../sections/frame';
import { Report } from '../sections/report';
import { brief } from '../text';

/** What the gate of an alias finds in a version: judged now, or as it was kept. */
export function Gate(props: Gate.IProps): JSX.Element {
  const { given, versions, report, refusal, onGive, onJudge, onLast, tools } = props;
  const { trans } = tools;
  const told = report.answer;
  return (
    <>
      <div className="jp-Mlops-fields">
        <Choice
          label={trans.__('Version')}
          value={given.version}
          choices={versions.map(({ ref }) => [ref, brief(ref)])}
          onChange={version => onGive({ ...given, version })}
        />
        <Field
          label={trans.__('Alias')}
          value={given.to ?? ''}
          hint="champion"
          onChange={to => onGive({ ...given, to: to || undefined })}
        />
      </div>
      <Action
        label={trans.__('Judge')}
        line={lineOf('gate', { ...given })}
        refusal={refusal('gate')}
        onRun={onJudge}
        tools={tools}
      />
      <Action
        label={trans.__('Last report')}
        line={lineOf('gate', { ...given, report: 'latest' })}
        refusal={refusal('gate')}
        onRun={onLast}
        tools={tools}
      />
      {report.isWanted && (
        <Pane of={report} tools={tools}>
          {() =>
            told && (
              <section aria-label={trans.__('Gate report')}>
                <Report
                  of={told.record}
                  verdict={{ state: told.card.state, label: told.card.title }}
                  tools={tools}
                />
                <Facts label={trans.__('Judged')} facts={told.card.facts} />
              </section>
            )
          }
        </Pane>
      )}
    </>
  );
}

export namespace Gate {
  /** What is judged. */
  export interface IGiven {
    readonly version: string;
    /** The alias; champion unless another is named. */
    readonly to?: string | undefined;
  }

  export interface IProps {
    readonly given: IGiven;
    readonly versions: readonly ModelVersion[];
    readonly report: Pane.IState<ITold<GateReport>> & { readonly isWanted: boolean };
    readonly refusal: (verb: string) => string | null;
    readonly onGive: (given: IGiven) => void;
    readonly onJudge: () => void;
    readonly onLast: () => void;
    readonly tools: ITools;
  }
}
