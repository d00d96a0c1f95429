import React from 'react';
import type { GateReport, IComparison } from '../api/contract';
import { plainCard } from '../card';
import { Compare } from '../views/compare';
import { curves } from '../views/figures';
import { Gate } from '../views/gate';
import { Model } from '../views/model';
import { parallel } from '../views/parallel';
import { answered, draw, HOSTILE, listed, press, tools } from './draw';

const INK = { text: 'a', quiet: 'b', faint: 'c', font: 'd' };
const COMPARISON: IComparison = {
  runs: ['@aaaaaaaa', '@bbbbbbbb'],
  params: [
    { name: 'depth', values: ['3', '5'] },
    { name: 'kind', values: ['tree', 'forest'] },
    { name: 'seed', values: ['7', '7'] }
  ],
  metrics: [{ name: 'auc', values: [0.91, 0.94] }],
  curves: [
    {
      metric: 'loss',
      run: '@aaaaaaaa',
      points: [
        [0, 1],
        [1, 0.5]
      ]
    }
  ],
  origins: [{ name: 'data', values: ['customers@1', 'customers@2'] }],
  code: '--- a\n+++ b\n-depth = 3\n+depth = 5'
};
const NO_RENDERER = { mimeTypes: [], createRenderer: () => ({}) as never };

describe('Compare', () => {
  it('shows parameters, metrics and code side by side', () => {
    const model = answered({ answer: COMPARISON });
    const host = draw(
      <Compare model={model} line="%mlops compare @a @b" rendermime={NO_RENDERER} tools={tools()} />
    );
    expect(host.querySelector('[data-differs]')?.textContent).toBe('0.91');
    expect(host.querySelector('[data-sign="added"]')?.textContent).toContain('+depth = 5');
    expect([...host.querySelectorAll('th[scope="row"]')].map(th => th.textContent)).toContain(
      'seed'
    );
  });

  it('shows hostile names as text', () => {
    const rows = [{ name: HOSTILE, values: [HOSTILE, HOSTILE] }];
    const answer = { ...COMPARISON, runs: [HOSTILE], params: rows, metrics: rows, code: HOSTILE };
    const host = draw(
      <Compare model={answered({ answer })} line="" rendermime={NO_RENDERER} tools={tools()} />
    );
    expect(host.querySelector('img, script')).toBeNull();
  });
});

describe('parallel', () => {
  type Figure = {
    data: { name: string; y: number[]; text: string[] }[];
    layout: {
      xaxis: { ticktext: string[] };
      annotations: { x: number; y: number; text: string }[];
    };
  };
  const drawn = (of: Pick<IComparison, 'params' | 'metrics'> = COMPARISON) =>
    parallel(of, ['a', 'b'], INK) as Figure | null;

  it('has an axis for each value that differs, and a line for each run', () => {
    expect(drawn()?.layout.xaxis.ticktext).toEqual(['depth', 'kind', 'auc']);
    expect(drawn()?.data.map(({ name, y }) => [name, y])).toEqual([
      ['a', [0, 0, 0]],
      ['b', [1, 1, 1]]
    ]);
  });

  it('says what a run has where it is pointed at', () => {
    expect(drawn()?.data[1]?.text).toEqual(['depth 5', 'kind forest', 'auc 0.94']);
  });

  it('writes ends of numbers and every word beside their axis', () => {
    const marks = drawn()?.layout.annotations.map(({ x, y, text }) => [x, y, text]);
    expect(marks?.slice(0, 4)).toEqual([
      [0, 0, '3'],
      [0, 1, '5'],
      [1, 0, 'tree'],
      [1, 1, 'forest']
    ]);
  });

  it('is not drawn where nothing differs', () => {
    expect(drawn({ params: [{ name: 'seed', values: [7, 7] }], metrics: [] })).toBeNull();
  });
});

describe('curves', () => {
  it('draws a figure for each metric', () => {
    expect(curves(COMPARISON.curves, INK).map(([metric]) => metric)).toEqual(['loss']);
  });
});

describe('Gate', () => {
  const finding = {
    check: 'auc',
    severity: 'error',
    subject: '',
    message: 'auc 0.61 is below 0.8',
    count: null,
    rows: [],
    sample: [],
    evidence: { least: '0.8' }
  } as const;
  const record = { checks: ['auc'], findings: [finding], unknown: {} } as unknown as GateReport;

  function drawGate(given: Partial<Gate.IProps> = {}): HTMLElement {
    const card = {
      ...plainCard('churn@2 fails the gate of champion', {}),
      state: 'failed' as const
    };
    const acts = { onGive() {}, onJudge() {}, onLast() {} };
    const props = {
      given: { version: 'churn@2' },
      versions: [],
      report: answered({ answer: { record, card, figure: null }, isWanted: true }),
      refusal: () => null,
      tools: tools(),
      ...acts,
      ...given
    };
    return draw(<Gate {...props} />);
  }

  it('shows the verdict, and each finding with its evidence', () => {
    const host = drawGate();
    expect(host.querySelector('[role="status"]')?.textContent).toContain('fails the gate');
    expect(host.querySelector('tbody')?.textContent).toContain('auc 0.61 is below 0.8');
    expect(host.querySelector('tbody')?.textContent).toContain('least 0.8');
  });

  it('judges for an alias, or shows what was kept', () => {
    const [onJudge, onLast] = [jest.fn(), jest.fn()];
    const host = drawGate({ given: { version: 'churn@2', to: 'staging' }, onJudge, onLast });
    press(host, 'Judge');
    press(host, 'Last report');
    expect(host.textContent).toContain('%mlops gate churn@2 staging --report latest');
    expect([onJudge, onLast].map(act => act.mock.calls.length)).toEqual([1, 1]);
  });
});

describe('Model', () => {
  it('says what serves, rolls it back, and tells who moved it', () => {
    const onRollback = jest.fn();
    const version = { ref: 'churn@1', name: 'churn', version: 1, run: '@aaaa', tags: {} };
    const rows = [{ ...version, aliases: ['champion'], created_at: '2026-11-20T10:00:00Z' }];
    const history = answered({ answer: [] });
    const host = draw(
      <Model
        name="churn"
        versions={listed(rows)}
        history={history}
        refusal={() => null}
        onPromote={() => {}}
        onRollback={onRollback}
        onRequest={() => {}}
        onPick={() => {}}
        lineage={answered({ answer: null })}
        gate={{
          given: { version: 'churn@1' },
          report: answered({ answer: null, isWanted: false }),
          onGive() {},
          onJudge() {},
          onLast() {}
        }}
        tools={tools()}
      />
    );
    press(host, 'Roll back');
    expect(host.textContent).toContain('churn@1 serves as champion.');
    expect(host.textContent).toContain('%mlops history model:churn');
    expect(onRollback).toHaveBeenCalled();
  });
});
