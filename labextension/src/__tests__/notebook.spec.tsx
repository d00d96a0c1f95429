import React from 'react';
import { plainCard } from '../card';
import { assigned } from '../components/form';
import type { INotebookState } from '../model/notebook';
import { Notebook } from '../sections/notebook';
import { answered, buttonOf, draw, HOSTILE, press, tools } from './draw';

const PARAMETERS = [
  { name: 'depth', type: 'int', default: '3', help: 'of a tree' },
  { name: 'fast', type: 'bool', default: 'False' },
  { name: 'kind', type: 'Literal', default: "'a'", choices: ['a', 'b'] },
  { name: 'city', type: 'str', is_required: true }
];
const KNOWN: INotebookState = {
  notebook: {
    path: 'train.ipynb',
    parameters: PARAMETERS,
    commit: '8c1d22f0aaaa',
    branch: 'main',
    is_dirty: true,
    runs: []
  },
  run: null,
  data: []
};
const NONE = { answer: null, answeredAt: null, problem: null, isBusy: false };

const REASONS = { 'mlops.unproven_reasons': 'cell [5] is edited' };

function stamped(tags: Record<string, string>): INotebookState {
  const run = {
    id: '8c1d22f0aaaabbbb',
    name: 'churn',
    status: 'finished',
    started_at: '2026-11-21T12:00:00Z',
    duration_s: 1,
    params: {},
    metrics: {},
    tags,
    experiment: ''
  } as const;
  return { ...KNOWN, run };
}

function drawNotebook(given: Partial<Notebook.IProps> = {}, state = KNOWN): HTMLElement {
  const none = {
    onChange() {},
    onRun() {},
    onProve() {},
    onCancel() {},
    onMake() {},
    onSchedule() {}
  };
  const acts = { refusal: () => null, ...none };
  const model = answered({ answer: state });
  const props = {
    path: 'train.ipynb',
    model,
    standing: NONE,
    job: undefined,
    others: [],
    values: {}
  };
  return draw(<Notebook {...props} {...acts} tools={tools()} {...given} />);
}

describe('Notebook', () => {
  it('shows how the project stands while no notebook is open', () => {
    const standing = answered({ answer: { card: plainCard('Status', { datasets: 2 }) } });
    expect(drawNotebook({ path: null, standing }).textContent).toContain('datasets');
  });

  it('says what to do when the server part is missing', () => {
    const problem = { kind: 'no-server', message: '', hint: '' } as const;
    const host = drawNotebook({ path: null, standing: { ...NONE, problem } });
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('not running');
  });

  it('teaches how to start where there is no project', () => {
    const problem = { kind: 'no-project', message: '', hint: '' } as const;
    const host = drawNotebook({ path: null, standing: { ...NONE, problem } });
    const lines = [...host.querySelectorAll('code')].map(code => code.textContent);
    expect(lines).toEqual(['%load_ext jupyter_mlops', '%mlops init']);
  });

  it('makes the folder a project when asked to', () => {
    const problem = { kind: 'no-project', message: '', hint: '' } as const;
    const kit = tools();
    const host = drawNotebook({ path: null, standing: { ...NONE, problem }, tools: kit });
    press(host, 'Make this folder a project');
    expect(kit.begin).toHaveBeenCalled();
  });

  it('shows a field of its kind for each parameter', () => {
    const host = drawNotebook();
    expect(host.querySelector<HTMLInputElement>('input[type="number"]')?.value).toBe('3');
    expect(host.querySelector<HTMLInputElement>('input[type="checkbox"]')?.checked).toBe(false);
    expect(host.querySelectorAll('option')).toHaveLength(2);
  });

  it('waits for a value that has no default', () => {
    expect(buttonOf(drawNotebook(), 'Run').title).toBe('Give a value for city');
  });

  it('runs with what was changed, and shows the line that does the same', () => {
    const onRun = jest.fn();
    const host = drawNotebook({ values: { city: 'New York', depth: '5' }, onRun });
    press(host, 'Run');
    expect(onRun).toHaveBeenCalledWith({
      target: 'train.ipynb',
      param: ['depth=5', 'city=New York']
    });
    expect(host.textContent).toContain(
      "%mlops run train.ipynb --param depth=5 --param 'city=New York'"
    );
  });

  it('says that its files differ from the commit', () => {
    expect(drawNotebook().textContent).toContain('main · 8c1d22f0 uncommitted changes');
  });

  it('shows the job that runs it, and starts no second', () => {
    const job = {
      id: 'j',
      verb: 'run',
      state: 'running',
      done: 1,
      total: 4,
      label: 'cell 1'
    } as const;
    const host = drawNotebook({ job, values: { city: 'Ulm' } });
    expect(host.querySelector('progress')?.max).toBe(4);
    expect(buttonOf(host, 'Run').title).toBe('It is running');
  });

  it('makes a pipeline of it, and lets it start by itself', () => {
    const [onMake, onSchedule] = [jest.fn(), jest.fn()];
    const host = drawNotebook({ onMake, onSchedule });
    press(host, 'Make pipeline…');
    press(host, 'Schedule…');
    expect(host.textContent).toContain('%mlops pipeline train.ipynb train');
    expect(onMake).toHaveBeenCalledWith('train.ipynb');
    expect(onSchedule).toHaveBeenCalledWith('train.ipynb');
  });

  it('mends an unproven run in one action, and shows the line that does the same', () => {
    const onProve = jest.fn();
    const host = drawNotebook({ onProve }, stamped({ 'mlops.proven': 'false', ...REASONS }));
    expect(host.textContent).toContain('unproven cell [5] is edited');
    expect(host.textContent).toContain('%mlops prove @8c1d22f0');
    press(host, 'Clean re-run');
    expect(onProve).toHaveBeenCalledWith('@8c1d22f0');
  });

  it('starts no clean run beside another, nor for whom may not', () => {
    const run = stamped({ 'mlops.proven': 'false', ...REASONS });
    const job = { id: 'j', verb: 'prove', state: 'running', done: 1, total: 4, label: '' } as const;
    expect(buttonOf(drawNotebook({ job }, run), 'Clean re-run').title).toBe('It is running');
    const refusal = () => 'Viewers only look.';
    expect(buttonOf(drawNotebook({ refusal }, run), 'Clean re-run').title).toBe(
      'Viewers only look.'
    );
  });

  it('says by which run it is proven, and offers nothing to mend', () => {
    const tags = { 'mlops.proven': 'true', 'mlops.proven_by': '@77ab0c1e on 2026-11-21' };
    const host = drawNotebook({}, stamped(tags));
    expect(host.textContent).toContain('proven @77ab0c1e on 2026-11-21');
    expect(host.textContent).not.toContain('Clean re-run');
    expect(drawNotebook({}, stamped({})).textContent).not.toContain('proven');
  });

  it('shows hostile words as text', () => {
    const notebook = {
      ...KNOWN.notebook,
      parameters: [{ name: HOSTILE, type: HOSTILE, help: HOSTILE }]
    };
    const host = drawNotebook({ path: HOSTILE }, { notebook, run: null, data: [] });
    expect(host.querySelector('img, script')).toBeNull();
  });
});

describe('assigned', () => {
  it('leaves out what equals the default', () => {
    expect(assigned(PARAMETERS, { depth: '3', fast: 'True', kind: 'b' })).toEqual([
      'fast=True',
      'kind=b'
    ]);
  });
});
