import React from 'react';
import type { Finding, Report as Answer } from '../api/contract';
import { brief, clean } from '../text';
import { Grid } from '../components/grid';
import { Mark } from '../components/mark';
import type { ITools } from '../components/tools';

const ORDER = ['error', 'warning', 'info'];
const MARKS = { error: 'failed', warning: 'warning', info: 'info' } as const;

/** What checks found: the verdict, and each finding with its evidence, the worst first. */
export function Report({ of, verdict, tools }: Report.IProps): JSX.Element {
  const { trans } = tools;
  const findings = [...of.findings].sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)
  );
  const own = verdictOf(of);
  const labels = {
    ok: trans._n('%1 check passed', 'All %1 checks passed', of.checks.length),
    failed: trans.__('It does not pass'),
    warning: trans.__('Some checks could not be answered')
  };
  const { state, label } = verdict ?? { state: own, label: labels[own] };
  return (
    <>
      <p className="jp-Mlops-line" role="status">
        <Mark state={state} label={state} />
        {clean(label)}
      </p>
      {findings.length > 0 && (
        <Grid
          label={trans.__('Findings')}
          columns={[
            trans.__('check'),
            trans.__('about'),
            trans.__('what'),
            trans.__('rows'),
            trans.__('which'),
            trans.__('evidence')
          ]}
          rows={findings.map(finding => [
            <span key="check" className="jp-Mlops-line">
              <Mark state={MARKS[finding.severity]} label={finding.severity} />
              {brief(finding.check)}
            </span>,
            brief(finding.subject),
            clean(finding.message),
            finding.count === null ? '' : finding.count.toLocaleString(),
            whichOf(finding),
            evidenceOf(finding)
          ])}
        />
      )}
      {Object.entries(of.unknown).map(([name, reason]) => (
        <p key={name} className="jp-Mlops-note">
          {trans.__('%1 could not be answered: %2', brief(name), clean(reason))}
        </p>
      ))}
    </>
  );
}

export namespace Report {
  export interface IProps {
    readonly of: Pick<Answer, 'checks' | 'findings' | 'unknown'>;
    /** What is said of it as a whole, where that is more than whether its checks passed. */
    readonly verdict?: Pick<Mark.IProps, 'state' | 'label'>;
    readonly tools: ITools;
  }
}

/** How it stands as a whole: only what was answered can pass. */
export function verdictOf({ findings, unknown }: Report.IProps['of']): 'ok' | 'failed' | 'warning' {
  if (findings.some(({ severity }) => severity === 'error')) {
    return 'failed';
  }
  return Object.keys(unknown).length > 0 ? 'warning' : 'ok';
}

/** The first rows concerned, with their values. */
function whichOf({ rows, sample }: Finding): string {
  return rows
    .slice(0, 5)
    .map((row, index) =>
      sample[index] === undefined ? `${row}` : `${row}: ${brief(sample[index])}`
    )
    .join('\n');
}

function evidenceOf({ evidence }: Finding): string {
  return Object.entries(evidence)
    .map(([name, value]) => `${brief(name)} ${brief(value)}`)
    .join('\n');
}
