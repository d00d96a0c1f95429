import React from 'react';
import type { Execution as Answer } from '../api/contract';
import { placed } from '../components/graph';
import { lasting } from '../text';
import { Execution } from '../views/execution';
import { Sweep, outputsOf, variedOf } from '../views/sweep';
import { act, answered, draw, HOSTILE, press, tools } from './draw';
import { cell, execution, hands, planned, step } from './executions';

function drawPage(answer: Answer, given: Partial<Execution.IProps> = {}): HTMLElement {
  const acts = { onOutput() {}, onSweep() {}, schedule: null };
  const props = { hands: hands(), tools: tools(), ...acts, ...given };
  return draw(<Execution model={answered({ answer })} {...props} />);
}

describe('Execution', () => {
  it('shows each step with what went in, what came out, and how often it was tried', () => {
    const train = {
      parameters: { days: 30 },
      outputs: { auc: 0.91234 },
      attempt: 2,
      needs: ['load']
    };
    const host = drawPage(execution({ steps: [step({ name: 'load' }), step(train)] }));
    const section = host.querySelector('section[aria-label="train"]');
    expect(section?.textContent).toContain('notebook · running · attempt 2 · after load');
    expect(section?.querySelector('[aria-label="Parameters"]')?.textContent).toBe('days30');
    expect(section?.querySelector('[aria-label="Outputs"]')?.textContent).toBe('auc0.9123');
  });

  it('times each cell, the running one from when it began', () => {
    jest.useFakeTimers();
    const running = {
      status: 'running',
      started_at: '2026-11-21T06:30:08Z',
      duration_s: null
    } as const;
    const cells = [
      cell(1, { duration_s: 7 }),
      cell(2, running),
      cell(3, { status: 'not_run', duration_s: null })
    ];
    const rows = drawPage(execution({ steps: [step({ cells })] })).querySelectorAll(
      'tbody tr td:last-child'
    );
    const table = [...rows].slice(-3).map(row => row.textContent);
    jest.useRealTimers();
    expect(table).toEqual(['7.0 s', '4.0 s', '']);
  });

  it('opens the notebook that a step writes, while it runs', () => {
    const onOutput = jest.fn();
    const output = '.mlops/runs/20261121-063000-3f9a12/train/train.ipynb';
    press(drawPage(execution({ steps: [step({ output })] }), { onOutput }), 'Open notebook');
    expect(onOutput).toHaveBeenCalledWith(output);
  });

  it('draws a graph of several steps, one node for those that a step fans out into', () => {
    const steps = [
      step({ name: 'load', status: 'succeeded' }),
      step({ name: 'score', item: 0, status: 'succeeded', needs: ['load'] }),
      step({ name: 'score', item: 1, status: 'failed', needs: ['load'] })
    ];
    const nodes = [...drawPage(execution({ steps })).querySelectorAll('.jp-Mlops-node')];
    expect(nodes.map(node => node.getAttribute('data-status'))).toEqual(['succeeded', 'failed']);
  });

  it('says that a file changed since it was scheduled', () => {
    const schedule = planned({ changed: ['train.ipynb'] });
    const host = drawPage(execution({ schedule: 'nightly' }), { schedule });
    expect(host.textContent).toContain('%mlops schedule nightly --update');
  });

  it('says that a file changed since the execution froze it', () => {
    const host = drawPage(execution({ changed: ['train.ipynb'] }));
    expect(host.textContent).toContain('train.ipynb changed since this execution began');
    expect(drawPage(execution()).textContent).not.toContain('changed since');
  });

  it('says why it runs, of what code, and why it failed', () => {
    const cause = {
      kind: 'snapshot',
      what: '',
      reference: 'snapshot:customers@4',
      slot: '',
      run: ''
    } as const;
    const host = drawPage(
      execution({ cause, revision: '8c1d22f0+', status: 'failed', reason: 'train: no memory.' })
    );
    for (const text of [
      'snapshot snapshot:customers@4',
      '8c1d22f0+',
      'train: no memory.',
      'abcdef012345'
    ]) {
      expect(host.textContent).toContain(text);
    }
  });

  it('shows hostile names as text', () => {
    const bad = step({
      name: HOSTILE,
      reason: HOSTILE,
      outputs: { [HOSTILE]: HOSTILE },
      cells: [cell(1, { label: HOSTILE })]
    });
    const steps = [bad, step({ name: 'other', needs: [HOSTILE] })];
    expect(drawPage(execution({ steps })).querySelector('img, script')).toBeNull();
  });
});

describe('placed', () => {
  it('stands each step to the right of all that it needs, below others there', () => {
    const places = placed([
      { name: 'a', needs: [] },
      { name: 'b', needs: ['a'] },
      { name: 'c', needs: ['a'] },
      { name: 'd', needs: ['a', 'c'] }
    ]);
    const x = (name: string) => places.get(name)?.x ?? NaN;
    expect(x('a') < x('b') && x('b') === x('c') && x('c') < x('d')).toBe(true);
    expect(places.get('c')?.y).toBeGreaterThan(places.get('b')?.y ?? NaN);
  });
});

describe('lasting', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.96, '10.0 s'],
    [59.6, '1 min 0 s'],
    [125, '2 min 5 s'],
    [3_599.9, '1 h 0 min'],
    [7_380, '2 h 3 min']
  ])('says %d seconds as %s', (seconds, text) => {
    expect(lasting(seconds)).toBe(text);
  });
});

describe('Sweep', () => {
  const one = (ref: string, alpha: number, auc: number) =>
    execution({
      ref,
      status: 'succeeded',
      run: `@${ref.padEnd(8, '0')}`,
      parameters: { alpha, seed: 7 },
      steps: [step({ outputs: { auc } })]
    });
  const ROWS = [one('aaaaaa', 0.1, 0.8), one('bbbbbb', 1, 0.9), one('cccccc', 10, 0.7)];

  function drawSweep(given: Partial<Sweep.IProps> = {}): HTMLElement {
    const acts = { onOpen() {}, onCompare() {} };
    const model = answered({ answer: ROWS });
    return draw(<Sweep model={model} parent="s" tools={tools()} {...acts} {...given} />);
  }

  it('shows what was varied beside what came of it, and leaves out the rest', () => {
    const host = drawSweep();
    const heads = [...host.querySelectorAll('th[scope="col"]')].map(th => th.textContent);
    expect(heads).toEqual(['execution', 'alpha', 'status', 'took', 'auc']);
    expect(variedOf(ROWS)).toEqual(['alpha']);
    expect(outputsOf(ROWS[0] as Answer)).toEqual({ auc: 0.8 });
  });

  it('sorts by a column, numbers as numbers', () => {
    const host = drawSweep();
    const firsts = () => [...host.querySelectorAll('th[scope="row"]')].map(th => th.textContent);
    press(host, 'auc');
    expect(firsts()).toEqual(['cccccc', 'aaaaaa', 'bbbbbb']);
    press(host, 'auc');
    expect(firsts()).toEqual(['bbbbbb', 'aaaaaa', 'cccccc']);
    press(host, 'alpha');
    expect(firsts()).toEqual(['aaaaaa', 'bbbbbb', 'cccccc']);
  });

  it('compares the runs in one click, and opens an execution in another', () => {
    const [onCompare, onOpen] = [jest.fn(), jest.fn()];
    const host = drawSweep({ onCompare, onOpen });
    press(host, 'Compare 3 runs');
    act(() => host.querySelector<HTMLElement>('[title="bbbbbb"]')?.click());
    expect(onCompare).toHaveBeenCalledWith(['aaaaaa00', 'bbbbbb00', 'cccccc00']);
    expect(onOpen).toHaveBeenCalledWith('bbbbbb');
  });
});
