import type { Execution, Pipelines, Planned, StepRun } from '../api/contract';

const OVER: readonly string[] = ['succeeded', 'failed', 'cancelled'];
const ENDED: readonly string[] = [...OVER, 'cached', 'skipped'];
const BEGUN: readonly string[] = ['running', 'waiting', 'paused'];

/** Calls after which executions stand otherwise; `executions` is told while they go on. */
export const EXECUTION_VERBS: readonly string[] = [
  'executions',
  'run',
  'retry',
  'cancel',
  'pause',
  'resume',
  'approve',
  'deny',
  'sweep',
  'trigger',
  'backfill'
];

/** Calls after which pipelines and what starts them stand otherwise. */
export const PIPELINE_VERBS: readonly string[] = [
  ...EXECUTION_VERBS,
  'pipeline',
  'schedule',
  'unschedule'
];

/** What an execution is of: its notebook, or its pipeline. */
export function titleOf({ notebook, pipeline }: Execution): string {
  return notebook || pipeline;
}

export function isOver({ status }: Execution): boolean {
  return OVER.includes(status);
}

/** Whether its time goes on. */
export function isRunning({ status }: Pick<Execution | StepRun, 'status'>): boolean {
  return BEGUN.includes(status);
}

/** A step's name, with its number when it is one of several. */
export function labelOf({ name, item }: StepRun): string {
  return item === null ? name : `${name}[${item}]`;
}

/** How much of it is done: cells of the only notebook, else steps. */
export function shareOf(execution: Execution): { done: number; total: number; ofCells: boolean } {
  const { steps, notebook } = execution;
  const cells = steps[0]?.cells ?? [];
  return notebook && cells.length > 0
    ? { ...cellsOf(steps[0] as StepRun), ofCells: true }
    : {
        done: steps.filter(({ status }) => ENDED.includes(status)).length,
        total: steps.length,
        ofCells: false
      };
}

export function cellsOf({ cells }: StepRun): { done: number; total: number } {
  const waiting = cells.filter(({ status }) => status === 'not_run' || status === 'running');
  return { done: cells.length - waiting.length, total: cells.length };
}

/** How each part stands that a strip shows: cells of the only notebook, else steps. */
export function partsOf(execution: Execution): readonly string[] {
  const { steps } = execution;
  const parts = shareOf(execution).ofCells ? (steps[0]?.cells ?? []) : steps;
  return parts.map(({ status }) => status);
}

/** The steps that wait until somebody decides, each with its request. */
export function requestsOf({ steps }: Execution): { step: StepRun; approval: string }[] {
  return steps.flatMap(step =>
    step.status === 'waiting' && step.approval ? [{ step, approval: step.approval }] : []
  );
}

/** One line of the list of pipelines: a file, or a notebook that starts by itself. */
export interface IPlan {
  readonly name: string;
  readonly entry: Pipelines['pipelines'][number] | null;
  readonly schedules: readonly Planned[];
}

/** The pipelines by name, and the notebooks that are scheduled without one. */
export function plansOf({ pipelines, schedules }: Pipelines): readonly IPlan[] {
  const of = (name: string) => schedules.filter(({ pipeline }) => pipeline === name);
  const known = new Set(pipelines.map(({ name }) => name));
  const others = new Set(schedules.map(({ pipeline }) => pipeline).filter(it => !known.has(it)));
  return [
    ...pipelines.map(entry => ({ name: entry.name, entry, schedules: of(entry.name) })),
    ...[...others].map(name => ({ name, entry: null, schedules: of(name) }))
  ];
}

/** The name that a notebook's pipeline gets when nobody says otherwise. */
export function pipelineOf(notebook: string): string {
  const stem = (notebook.split('/').pop() ?? '').replace(/\.ipynb$/, '');
  return stem.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '') || 'pipeline';
}

/** The next due time of some schedules; none while they are paused. */
export function dueOf(schedules: readonly Planned[]): string | null {
  const times = schedules.flatMap(({ next_at }) => next_at ?? []);
  return [...times].sort()[0] ?? null;
}
