import type { CellRun, Execution, PipelineEntry, Planned, StepRun } from '../api/contract';
import type { IHands } from '../sections/deeds';

/** One execution of `retrain`, changed by *given*. */
export function execution(given: Partial<Execution> = {}): Execution {
  const made = { ref: '20261121-063000-3f9a12', pipeline: 'retrain', notebook: '', actor: 'ben' };
  const times = { created_at: '2026-11-21T06:30:00Z', started_at: '2026-11-21T06:30:01Z' };
  const cause = { kind: 'manual', what: '', reference: '', slot: '', run: '' } as const;
  const rest = {
    digest: 'abcdef0123456789',
    revision: '',
    parent: null,
    schedule: null,
    changed: []
  };
  return {
    ...made,
    ...times,
    ...rest,
    cause,
    status: 'running',
    parameters: {},
    run: null,
    duration_s: 12,
    steps: [step()],
    reason: '',
    ...given
  };
}

export function step(given: Partial<StepRun> = {}): StepRun {
  const made = { name: 'train', kind: 'notebook', status: 'running', attempt: 1 } as const;
  const times = { started_at: '2026-11-21T06:30:01Z', duration_s: 11 };
  const none = { needs: [], item: null, output: '', run: null, approval: null, error: {} };
  return {
    ...made,
    ...times,
    ...none,
    parameters: {},
    outputs: {},
    cells: [],
    reason: '',
    ...given
  };
}

export function cell(number: number, given: Partial<CellRun> = {}): CellRun {
  const made = { number, id: `cell-${number}`, label: `Cell ${number}` };
  return { ...made, status: 'completed', started_at: null, duration_s: 1, ...given };
}

export function entry(given: Partial<PipelineEntry> = {}): PipelineEntry {
  const none = { description: '', parameters: [], triggers: [], problems: [] };
  return {
    name: 'retrain',
    file: 'retrain.pipeline.toml',
    steps: ['load', 'train'],
    ...none,
    ...given
  };
}

export function planned(given: Partial<Planned> = {}): Planned {
  const made = { name: 'nightly', pipeline: 'retrain', when: 'at 06:30 every day (UTC)' };
  return { ...made, is_paused: false, next_at: null, last: null, changed: [], ...given };
}

/** Hands that remember what was asked of them. */
export function hands(given: Partial<IHands> = {}): IHands & { onDo: jest.Mock } {
  return { actor: 'ada', refusal: () => null, onDo: jest.fn(), ...given } as never;
}
