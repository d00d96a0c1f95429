import type { Answer } from './client';
import type { components } from './generated';

type Schemas = components['schemas'];

export type Approval = Schemas['Approval'];
export type Audit = Answer<'audit'>;
export type AuditEvent = Schemas['AuditEvent'];
export type CellRun = Schemas['CellRun'];
export type Execution = Schemas['Execution'];
export type Diff = Schemas['Diff'];
export type Expectation = Schemas['Expectation'];
export type Finding = Schemas['Finding'];
export type GateReport = Schemas['GateReport'];
export type Lineage = Schemas['Lineage'];
export type ModelVersion = Schemas['ModelVersion'];
export type PipelineEntry = Schemas['PipelineEntry'];
export type PipelinePlan = Schemas['PipelinePlan'];
export type Planned = Schemas['Planned'];
export type Profile = Schemas['Profile'];
export type Report = Schemas['Report'];
export type Run = Schemas['Run'];
export type Snapshot = Schemas['Snapshot'];
export type StepRun = Schemas['StepRun'];
export type Role = 'viewer' | 'contributor' | 'approver' | 'admin';

/** The project at a glance; older servers say neither role nor version. */
export type Status = Omit<Answer<'status'>, 'role' | 'version'> & {
  readonly role?: Role;
  readonly version?: string;
};

/** The project's pipelines, and what starts them by itself. */
export type Pipelines = Answer<'pipelines'>;

/** A cron expression in words, with its next times. */
export type Times = Answer<'when'>;

/** One assignment of a notebook's parameters cell; the default as it is written there. */
export interface IParameter {
  readonly name: string;
  readonly type: string;
  readonly default?: string | null;
  readonly help?: string;
  readonly choices?: readonly string[] | null;
  readonly is_required?: boolean;
}

/** A notebook as `show PATH` tells it. */
export interface INotebook {
  readonly path: string;
  readonly parameters: readonly IParameter[];
  /** All three are empty where there is no git. */
  readonly commit: string;
  readonly branch: string;
  readonly is_dirty: boolean;
  readonly runs: readonly string[];
}

/** Values of one parameter or metric, one for each compared run. */
export interface IRow {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** What `compare` answers. */
export interface IComparison {
  readonly runs: readonly (string | Run)[];
  readonly params: readonly IRow[];
  readonly metrics: readonly IRow[];
  readonly curves: readonly ICurve[];
  readonly code: string;
  /** Data, notebook, commit and environment. */
  readonly origins: readonly IRow[];
}

export interface ICurve {
  readonly metric: string;
  readonly run: string;
  readonly points: readonly (readonly [number, number])[];
}
