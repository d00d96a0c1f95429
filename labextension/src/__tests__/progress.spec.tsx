import React from 'react';
import { Progress } from '../components/progress';
import { draw, press, trans } from './draw';

const JOB = { verb: 'run', state: 'running', done: 3, total: 8, label: 'Train a model' } as const;

function drawJob(job: Progress.IJob, onCancel = () => {}): HTMLElement {
  return draw(<Progress job={job} onCancel={onCancel} copy={() => {}} trans={trans} />);
}

describe('Progress', () => {
  it('says how far the work is, and can stop it', () => {
    const onCancel = jest.fn();
    const host = drawJob(JOB, onCancel);
    press(host, 'Cancel');
    expect(host.querySelector('progress')?.value).toBe(3);
    expect(host.textContent).toContain('Train a model');
    expect(host.textContent).toContain('3/8');
    expect(onCancel).toHaveBeenCalled();
  });

  it('claims no share while none is known', () => {
    expect(
      drawJob({ ...JOB, total: 0 })
        .querySelector('progress')
        ?.hasAttribute('value')
    ).toBe(false);
  });

  it.each([
    ['done', 'run is done.'],
    ['cancelled', 'run was cancelled.']
  ] as const)('says that it is %s', (state, text) => {
    const host = drawJob({ ...JOB, state });
    expect(host.textContent).toContain(text);
    expect(host.querySelector('progress')).toBeNull();
  });

  it('shows what went wrong, with the hint', () => {
    const error = { message: 'Cell [3] failed.', hint: 'Open `out.ipynb`.' };
    const host = drawJob({ ...JOB, state: 'failed', error });
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('Cell [3] failed.');
    expect(host.querySelector('code')?.textContent).toBe('out.ipynb');
  });
});
