import React from 'react';
import type { Execution, Pipelines as Answer } from '../api/contract';
import { Pipelines } from '../sections/pipelines';
import { act, answered, buttonOf, draw, HOSTILE, listed, press, tools } from './draw';
import { cell, entry, execution, hands, planned, step } from './executions';

const NONE: Answer = { pipelines: [], schedules: [], last: {} };

function drawPipelines(
  answer: Partial<Answer>,
  rows: readonly Execution[] = [],
  given: Partial<Pipelines.IProps> = {}
): HTMLElement {
  const acts = { onFilter() {}, onChoose() {}, onChange() {}, onSchedule() {}, onMake() {} };
  const more = { onLook() {}, onOpen() {}, onSweep() {} };
  const words = { chosen: '', looked: '', filter: '', values: {}, unattended: 0, notebook: null };
  return draw(
    <Pipelines
      pipelines={answered({ answer: { ...NONE, ...answer } })}
      listing={listed(rows)}
      hands={hands()}
      tools={tools()}
      {...acts}
      {...more}
      {...words}
      {...given}
    />
  );
}

function lines(host: HTMLElement): (string | null)[] {
  return [...host.querySelectorAll('code')].map(code => code.textContent);
}

describe('Pipelines', () => {
  it('teaches how to make the first one, of the notebook at hand', () => {
    const onMake = jest.fn();
    const host = drawPipelines({}, [], { notebook: 'jobs/my train.ipynb', onMake });
    expect(lines(host)[0]).toBe("%mlops pipeline 'jobs/my train.ipynb' my-train --write");
    press(host, 'Make pipeline…');
    expect(onMake).toHaveBeenCalledWith('jobs/my train.ipynb');
  });

  it('shows when each starts next, and how its newest execution stands', () => {
    const inTwoHours = new Date(Date.now() + 2 * 3_600_000 + 5_000).toISOString();
    const answer = { pipelines: [entry()], schedules: [planned({ next_at: inTwoHours })] };
    const host = drawPipelines({ ...answer, last: { retrain: 'failed' } });
    expect(host.textContent).toContain('next in 2 hours · load → train');
    expect(host.querySelector('[role="img"][aria-label="failed"]')).not.toBeNull();
  });

  it('lists notebooks that start by themselves without a file', () => {
    const host = drawPipelines({ schedules: [planned({ pipeline: 'report', is_paused: true })] });
    expect(host.querySelector('.jp-Mlops-name')?.textContent).toBe('report');
    expect(host.querySelector('.jp-Mlops-badge')?.textContent).toBe('paused');
  });

  it('says what is wrong with a file that cannot run, and offers no run', () => {
    const problems = ['steps.train: no notebook. Name one.'];
    const host = drawPipelines({ pipelines: [entry({ problems })] }, [], { chosen: 'retrain' });
    expect(host.querySelector('[role="alert"]')?.textContent).toContain(problems[0]);
    expect(() => buttonOf(host, 'Run')).toThrow();
  });

  it('runs with what was changed in the form, in a worker', () => {
    const kit = hands();
    const parameters = [
      { name: 'trees', type: 'int', default: '100', help: '', choices: [], is_required: false }
    ];
    const given = { chosen: 'retrain', values: { trees: '200' }, hands: kit };
    const host = drawPipelines({ pipelines: [entry({ parameters })] }, [], given);
    expect(lines(host)).toContain('%mlops run retrain --param trees=200 --detach');
    press(host, 'Run');
    expect(kit.onDo).toHaveBeenCalledWith('run', {
      target: 'retrain',
      param: ['trees=200'],
      detach: true
    });
  });

  it('asks for a value that has no default before it runs', () => {
    const parameters = [
      { name: 'city', type: 'str', default: null, help: '', choices: [], is_required: true }
    ];
    const host = drawPipelines({ pipelines: [entry({ parameters })] }, [], { chosen: 'retrain' });
    expect(buttonOf(host, 'Run').title).toBe('Give a value for city');
    expect(host.querySelector('details')?.open).toBe(true);
  });

  it('lets the reader decide about files that changed since they were scheduled', () => {
    const kit = hands();
    const schedules = [planned({ changed: ['train.ipynb'] })];
    const given = { chosen: 'retrain', hands: kit };
    const host = drawPipelines({ pipelines: [entry()], schedules }, [], given);
    expect(host.textContent).toContain('train.ipynb changed since nightly was made');
    press(host, 'Update');
    press(host, 'Keep');
    expect(kit.onDo.mock.calls).toEqual([
      ['schedule', { target: 'nightly', update: true }],
      ['schedule', { target: 'nightly', keep: true }]
    ]);
  });

  it('schedules what the file asks for, as long as nobody has', () => {
    const asked = entry({ triggers: ['30 6 * * * UTC'] });
    const idle = drawPipelines({ pipelines: [asked] }, [], { chosen: 'retrain' });
    expect(buttonOf(idle, 'Schedule so').title).toBe('%mlops schedule retrain');
    const schedules = [planned()];
    const host = drawPipelines({ pipelines: [asked], schedules }, [], { chosen: 'retrain' });
    expect(() => buttonOf(host, 'Schedule so')).toThrow();
  });

  it('says in one line that nobody is there to do the work', () => {
    const host = drawPipelines({}, [], { unattended: 2 });
    expect(host.textContent).toContain('No worker is at work: 2 executions wait.');
    expect(lines(host)).toContain('jupyter mlops worker');
  });

  it('shows hostile names as text', () => {
    const bad = entry({ name: HOSTILE, steps: [HOSTILE], description: HOSTILE, file: HOSTILE });
    const schedules = [
      planned({ name: HOSTILE, pipeline: HOSTILE, when: HOSTILE, changed: [HOSTILE] })
    ];
    const rows = [
      execution({ pipeline: HOSTILE, reason: HOSTILE, parameters: { [HOSTILE]: HOSTILE } })
    ];
    const given = { chosen: HOSTILE, looked: rows[0]?.ref ?? '' };
    const host = drawPipelines({ pipelines: [bad], schedules }, rows, given);
    expect(host.querySelector('img, script')).toBeNull();
  });
});

describe('Executions', () => {
  const REF = execution().ref;

  it('counts on while an execution runs', () => {
    jest.useFakeTimers();
    const host = drawPipelines({}, [execution()]);
    expect(host.querySelector('.jp-Mlops-elapsed')?.textContent).toBe('12 s');
    act(() => jest.advanceTimersByTime(3_000));
    expect(host.querySelector('.jp-Mlops-elapsed')?.textContent).toBe('15 s');
    jest.useRealTimers();
  });

  it('shows how far it is, in steps, or in the cells of its only notebook', () => {
    const steps = [step({ name: 'load', status: 'succeeded' }), step()];
    const cells = [cell(1), cell(2, { status: 'running' }), cell(3, { status: 'not_run' })];
    const rows = [
      execution({ steps }),
      execution({ ref: 'other', notebook: 'train.ipynb', steps: [step({ cells })] })
    ];
    const strips = [...drawPipelines({}, rows).querySelectorAll('.jp-Mlops-strip')];
    expect(strips.map(strip => strip.getAttribute('aria-label'))).toEqual([
      '1 of 2 steps',
      '1 of 3 cells'
    ]);
    expect(strips[1]?.querySelectorAll('[data-status="running"]')).toHaveLength(1);
  });

  it.each([
    ['running', ['Cancel', 'Pause']],
    ['paused', ['Cancel', 'Resume']],
    ['failed', ['Retry']],
    ['cancelled', ['Retry']],
    ['succeeded', []]
  ] as const)('offers what fits one that is %s', (status, labels) => {
    const host = drawPipelines({}, [execution({ status })], { looked: REF });
    const pressed = [...host.querySelectorAll('.jp-Mlops-details .jp-Mlops-press')];
    expect(pressed.map(button => button.textContent)).toEqual([...labels, 'Open page']);
  });

  it('goes on in a worker with one that failed', () => {
    const kit = hands();
    const host = drawPipelines({}, [execution({ status: 'failed' })], { looked: REF, hands: kit });
    expect(lines(host)).toContain(`%mlops retry ${REF} --detach`);
    press(host, 'Retry');
    expect(kit.onDo).toHaveBeenCalledWith('retry', { ref: REF, detach: true });
  });

  it('opens the kernel that a failed step has kept', () => {
    const kit = hands();
    const steps = [step({ status: 'failed', error: { kernel_file: '/tmp/kernel.json' } })];
    const row = execution({ status: 'failed', steps });
    press(drawPipelines({}, [row], { looked: REF, hands: kit }), 'Attach');
    expect(kit.onDo).toHaveBeenCalledWith('attach', { ref: REF });
  });

  it('lets somebody else than who asked decide about a step', () => {
    const kit = hands();
    const steps = [step({ name: 'agree', status: 'waiting', approval: '3f9a' })];
    const row = execution({ status: 'waiting', steps });
    const host = drawPipelines({}, [row], { looked: REF, hands: kit });
    press(host, 'Approve agree');
    expect(kit.onDo).toHaveBeenCalledWith('approve', { ref: '3f9a' });
    const own = drawPipelines({}, [row], { looked: REF, hands: hands({ actor: 'ben' }) });
    expect(buttonOf(own, 'Deny agree').title).toContain('somebody else decides');
  });

  it('leads from one of a sweep to all of it', () => {
    const onSweep = jest.fn();
    const host = drawPipelines({}, [execution({ parent: 'sweep-1' })], { looked: REF, onSweep });
    press(host, 'Open sweep');
    expect(onSweep).toHaveBeenCalledWith('sweep-1');
  });
});
