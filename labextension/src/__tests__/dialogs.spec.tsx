import React from 'react';
import { Proposal } from '../components/proposal';
import { Timing } from '../components/timing';
import { Draft } from '../model/draft';
import { act, draw, HOSTILE, trans } from './draw';
import { settled } from './server';

const PLAN: Proposal.IPlan = {
  file: 'retrain.pipeline.toml',
  steps: [{ name: 'train', needs: ['load'], outputs: ['auc'], reads: [], makes: [] }],
  parameters: [],
  text: '[steps.train]',
  diff: '',
  notes: [],
  problems: [],
  is_changed: true,
  is_edited: false
};

function drawProposal(plan: Proposal.IPlan | null, given: Partial<Proposal.IProps> = {}) {
  const acts = { onName() {}, onForce() {}, isForced: false, isBehind: false, problem: null };
  return draw(
    <Proposal name="retrain" plan={plan} line="%mlops" trans={trans} {...acts} {...given} />
  );
}

describe('Proposal', () => {
  it('shows the file that would be made, and the columns that say something', () => {
    const host = drawProposal(PLAN);
    expect(host.querySelector('pre')?.textContent).toContain('[steps.train]');
    const heads = [...host.querySelectorAll('th[scope="col"]')].map(th => th.textContent);
    expect(heads).toEqual(['step', 'after', 'gives']);
  });

  it('shows how a file that is there would change, and asks before a hand’s work is touched', () => {
    const onForce = jest.fn();
    const plan = { ...PLAN, diff: '+outputs = ["auc"]', is_edited: true };
    const host = drawProposal(plan, { onForce });
    expect(host.querySelector('[data-sign="added"]')?.textContent).toContain('auc');
    act(() => host.querySelector<HTMLElement>('input[type="checkbox"]')?.click());
    expect(onForce).toHaveBeenCalledWith(true);
  });

  it('says what is wrong with the notebook instead of a plan', () => {
    const problem = { message: 'Cell 3 is no Python.', hint: 'Mend it.' };
    const host = drawProposal(PLAN, { problem });
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('Cell 3 is no Python.');
    expect(host.querySelector('pre')).toBeNull();
  });

  it('shows hostile text as text', () => {
    const plan = { ...PLAN, text: HOSTILE, notes: [HOSTILE], file: HOSTILE };
    expect(drawProposal(plan).querySelector('img, script')).toBeNull();
  });
});

function drawTiming(given: Partial<Timing.IProps> = {}) {
  const when = { cron: '30 6 * * *', zone: 'UTC', zones: ['UTC', 'Europe/Vienna'] };
  const rest = { fields: [], values: {}, line: '%mlops schedule', problem: null, isBehind: false };
  const times = { said: 'at 06:30 every day (UTC)', next: ['Sun 06:30', 'Mon 06:30'] };
  const acts = { onGive() {}, onChange() {} };
  return draw(<Timing {...when} {...rest} {...acts} times={times} trans={trans} {...given} />);
}

describe('Timing', () => {
  it('says in plain words when it starts, and the next times', () => {
    const host = drawTiming();
    expect(host.textContent).toContain('It starts at 06:30 every day (UTC):');
    expect(host.querySelectorAll('li')).toHaveLength(2);
  });

  it('writes the cron of a choice', () => {
    const onGive = jest.fn();
    const host = drawTiming({ onGive });
    const select = host.querySelector('select') as HTMLSelectElement;
    act(() => {
      select.value = '0 * * * *';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(onGive).toHaveBeenCalledWith({ cron: '0 * * * *' });
  });

  it('explains what is no time, and shows none', () => {
    const problem = { message: "minute '61' is not in 0–59.", hint: 'Write minute hour …' };
    const host = drawTiming({ cron: '61 * * * *', problem });
    expect(host.querySelector('[role="alert"]')?.textContent).toContain('0–59');
    expect(host.querySelector('li')).toBeNull();
    expect(host.querySelector('select')?.selectedOptions[0]?.textContent).toBe('as written below');
  });
});

describe('Draft', () => {
  it('asks once the typing stops, and says meanwhile that its answer is behind', async () => {
    const ask = jest.fn(async ({ cron }: { cron: string }) => cron.length);
    const draft = new Draft(ask, { cron: '' });
    await draft.refresh();
    draft.give({ cron: '0' });
    draft.give({ cron: '0 6' });
    expect([draft.answer, draft.isBehind]).toEqual([0, true]);
    await settled(700);
    expect(ask.mock.calls.map(([given]) => given.cron)).toEqual(['', '0 6']);
    expect([draft.answer, draft.isBehind]).toEqual([3, false]);
    draft.dispose();
  });
});
