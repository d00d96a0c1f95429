import React from 'react';
import type { Run } from '../api/contract';
import { Runs, mainMetrics } from '../sections/runs';
import { act, draw, HOSTILE, listed, press, tools } from './draw';

function run(number: number, given: Partial<Run> = {}): Run {
  const id = String(number).padStart(8, '0') + 'abcdef';
  const made = {
    id,
    name: `run-${number}`,
    status: 'finished',
    started_at: '2026-11-20T10:00:00Z'
  };
  const rest = { duration_s: 2, params: { depth: '3' }, tags: {}, experiment: '' };
  return { ...made, ...rest, metrics: { auc: number / 10 }, ...given } as Run;
}

function drawRuns(rows: Run[], given: Partial<Runs.IProps> = {}): HTMLElement {
  const nothing = { chosen: [], looked: '', onChoose() {}, onLook() {}, onCompare() {} };
  return draw(<Runs listing={listed(rows)} {...nothing} tools={tools()} {...given} />);
}

describe('Runs', () => {
  it('teaches how to make the first one', () => {
    expect(drawRuns([]).querySelector('code')?.textContent).toBe('%%mlops record');
  });

  it('says so when nothing matches the search', () => {
    const host = drawRuns([], { listing: listed([], { query: 'forest' }) });
    expect(host.querySelector('[role="status"]')?.textContent).toBe('No run matches forest.');
  });

  it('shows each with its reference and main metric, and the metric over the runs', () => {
    const host = drawRuns([run(9), run(8)]);
    expect(host.querySelector('[role="listitem"]')?.textContent).toContain('@00000009');
    expect(host.querySelector('.jp-Mlops-aside')?.textContent).toBe('0.9');
    expect(host.querySelector('svg[role="img"]')?.getAttribute('aria-label')).toBe(
      'auc over the last 2 runs'
    );
  });

  it('searches on the server', () => {
    const listing = listed([run(1)]);
    const box = drawRuns([], { listing }).querySelector('input');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    act(() => {
      set?.call(box, 'metrics.auc > 0.9');
      box?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(listing.search).toHaveBeenCalledWith('metrics.auc > 0.9');
  });

  it('shows what one read and made', () => {
    const tags = { 'jupyter_mlops.snapshots': 'customers@3' };
    const host = drawRuns([run(1, { tags })], { looked: run(1).id });
    expect(host.querySelector('section')?.textContent).toContain('customers@3');
    expect(host.querySelector('section code')?.textContent).toBe('%mlops show @00000001');
  });

  it('keeps the last good answer, and says how old it is', () => {
    const problem = { kind: 'offline', message: 'gone', hint: '' } as const;
    const host = drawRuns([], { listing: listed([run(1)], { problem }) });
    expect(host.textContent).toContain('The server does not answer.');
    expect(host.querySelector('[data-stale]')?.textContent).toContain('As of');
    expect(host.textContent).toContain('run-1');
  });

  it('shows an error with its hint', () => {
    const problem = {
      kind: 'error',
      message: 'No <b>room</b>.',
      hint: 'Look with `df -h`.'
    } as const;
    const host = drawRuns([], { listing: listed([], { problem, answer: null }) });
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('No <b>room</b>.');
    expect(host.querySelector('code')?.textContent).toBe('df -h');
  });

  it('shows hostile names as text', () => {
    const bad = run(1, {
      name: HOSTILE,
      metrics: { [HOSTILE]: 1 },
      params: { [HOSTILE]: HOSTILE }
    });
    const host = drawRuns([bad, run(2, { metrics: { [HOSTILE]: 2 } })], { looked: bad.id });
    expect(host.querySelector('img, script')).toBeNull();
    expect(host.textContent).toContain('<img src=x');
  });

  it('chooses a run to compare, and looks at one', () => {
    const [onChoose, onLook] = [jest.fn(), jest.fn()];
    const host = drawRuns([run(1)], { onChoose, onLook });
    act(() => host.querySelector<HTMLElement>('input[type="checkbox"]')?.click());
    press(host, 'run-1');
    expect(onChoose).toHaveBeenCalledWith(run(1).id);
    expect(onLook).toHaveBeenCalledWith(run(1).id);
  });
});

describe('mainMetrics', () => {
  it('prefers those that most runs have, and that somebody meant', () => {
    const rows = [
      run(1, { metrics: { training_score: 1, auc: 0.9, f1: 0.8 } }),
      run(2, { metrics: { training_score: 1, auc: 0.9 } })
    ];
    expect(mainMetrics(rows)).toEqual(['auc', 'f1']);
  });
});
