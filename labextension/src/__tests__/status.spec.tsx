import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';
import { plainCard } from '../card';
import type { IProblem } from '../model';
import { Status } from '../sections/status';
import { draw } from './draw';

const trans = nullTranslator.load('jupyter_mlops');
const NOTHING = { card: null, problem: null, answeredAt: null, isBusy: false };

function drawStatus(model: Partial<Status.IProps['model']>): HTMLElement {
  return draw(<Status model={{ ...NOTHING, ...model }} copy={() => {}} trans={trans} />);
}

function problem(kind: IProblem['kind'], message = '', hint = ''): Partial<Status.IProps['model']> {
  return { problem: { kind, message, hint } };
}

function codes(host: HTMLElement): (string | null)[] {
  return [...host.querySelectorAll('code')].map(code => code.textContent);
}

describe('Status', () => {
  it('teaches how to start where there is no project', () => {
    const host = drawStatus(problem('no-project'));
    expect(codes(host)).toEqual(['%load_ext jupyter_mlops', '%mlops init']);
    expect(host.querySelector('[role="alert"]')).toBeNull();
  });

  it('says what to do when the server extension is missing', () => {
    const host = drawStatus(problem('no-server'));
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('not running');
    expect(codes(host)).toEqual(['jupyter server extension enable jupyter_mlops']);
  });

  it('shows an error with its hint, and the last answer below it', () => {
    const host = drawStatus({
      ...problem('error', 'No <b>room</b>.', 'Look with `df -h`.'),
      card: plainCard('Status', {}),
      answeredAt: new Date()
    });
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('No <b>room</b>.');
    expect(codes(host)).toEqual(['df -h']);
    expect(host.querySelector('.jp-Mlops-card')).not.toBeNull();
  });

  it('says that it is asking', () => {
    const host = drawStatus({ isBusy: true });
    expect(host.querySelector('[role="status"]')?.textContent).toContain('Asking');
    expect(host.querySelector('[aria-busy="true"]')).not.toBeNull();
  });
});
