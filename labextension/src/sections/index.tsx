import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { IViews } from '../tokens';
import type { ISection } from '../tokens';
import type { Form } from '../components/form';
import { lineOf } from '../line';
import { datasetListing, modelListing, runListing, versionListing } from '../model/lists';
import { NotebookModel } from '../model/notebook';
import type { ISession } from '../model/session';
import { approvalsSection } from './approvals_section';
import { auditSection } from './audit_section';
import { Choices } from './choices';
import { confirm } from './confirm';
import { Data } from './data';
import { makePipeline, schedule } from './dialogs';
import { Section, reasonOf } from './frame';
import { Models } from './models';
import { Notebook } from './notebook';
import { pipelinesSection } from './pipelines_section';
import { Runs } from './runs';

/** The sections that we bring: the notebook, its runs, data, models, pipelines, approvals and the ledger. */
export function ours(session: ISession, views: IViews, trans: TranslationBundle): ISection[] {
  return [
    { id: 'notebook', rank: 10, create: () => notebookSection(session, trans) },
    { id: 'runs', rank: 20, create: () => runsSection(session, views, trans) },
    { id: 'data', rank: 30, create: () => dataSection(session, views, trans) },
    { id: 'models', rank: 40, create: () => modelsSection(session, views, trans) },
    { id: 'pipelines', rank: 50, create: () => pipelinesSection(session, views, trans) },
    { id: 'approvals', rank: 60, create: () => approvalsSection(session, views, trans) },
    { id: 'audit', rank: 70, create: () => auditSection(session, trans) }
  ];
}

function notebookSection(session: ISession, trans: TranslationBundle): Section {
  const { client, feed, desk, jobs, status } = session;
  const model = new NotebookModel(client, feed, desk);
  const typed = new Map<string, Form.Values>();
  const choices = new Choices(session, 'notebook');
  const run = async (given: { target: string; param: string[] }) => {
    await desk.save();
    await jobs.start('run', given, given.target, lineOf('run', given));
  };
  return new Section({
    id: 'notebook',
    label: trans.__('This notebook'),
    models: [model, choices],
    session,
    trans,
    draw: tools => {
      const path = desk.path;
      const job = path === null ? undefined : jobs.of(path);
      const values = typed.get(path ?? '') ?? {};
      return (
        <Notebook
          path={path}
          model={model}
          standing={status}
          job={job}
          others={jobs.running.filter(other => other.id !== job?.id)}
          values={values}
          refusal={verb => reasonOf(status.refusal(verb), trans)}
          onChange={(name, value) => {
            typed.set(path ?? '', { ...values, [name]: value });
            choices.changed.emit();
          }}
          onRun={given => void run(given)}
          onProve={subject =>
            void jobs.start('prove', { subject }, path ?? subject, lineOf('prove', { subject }))
          }
          onMake={target => void makePipeline(session, target, trans)}
          onSchedule={target => void schedule(session, target, trans)}
          onCancel={id => void jobs.cancel(id)}
          tools={tools}
        />
      );
    }
  });
}

function runsSection(session: ISession, views: IViews, trans: TranslationBundle): Section {
  const listing = runListing(session.client).hear(session.feed, RUN_VERBS);
  const choices = new Choices(session, 'runs');
  const choose = (id: string) => {
    const chosen = choices.all('chosen');
    const others = chosen.filter(other => other !== id);
    choices.set(
      'chosen',
      id === '' ? [] : others.length < chosen.length ? others : [...chosen, id]
    );
  };
  return new Section({
    id: 'runs',
    label: trans.__('Runs'),
    models: [listing, choices],
    session,
    trans,
    draw: tools => (
      <Runs
        listing={listing}
        chosen={choices.all('chosen')}
        looked={choices.get('looked')}
        onChoose={choose}
        onLook={id => choices.set('looked', id)}
        onCompare={ids => views.open('compare', { runs: [...ids] })}
        tools={tools}
      />
    )
  });
}

function dataSection(session: ISession, views: IViews, trans: TranslationBundle): Section {
  const choices = new Choices(session, 'data');
  const datasets = datasetListing(session.client).hear(session.feed, DATA_VERBS);
  const versions = versionListing(session.client, () => choices.get('dataset')).hear(
    session.feed,
    DATA_VERBS
  );
  return new Section({
    id: 'data',
    label: trans.__('Data'),
    models: [datasets, versions, choices],
    session,
    trans,
    draw: tools => (
      <Data
        datasets={datasets}
        versions={versions}
        filter={choices.get('filter')}
        dataset={choices.get('dataset')}
        looked={choices.get('looked')}
        onFilter={text => choices.set('filter', text)}
        onOpen={name => {
          choices.set('looked', '');
          choices.set('dataset', name);
          versions.start();
        }}
        onLook={ref => choices.set('looked', ref)}
        onLoad={line => void session.desk.insert(line, { run: true })}
        onPage={({ dataset, ref }) => views.open('dataset', { name: dataset, ref })}
        onDiff={(before, after) => views.open('diff', { before, after })}
        tools={tools}
      />
    )
  });
}

function modelsSection(session: ISession, views: IViews, trans: TranslationBundle): Section {
  const choices = new Choices(session, 'models');
  const listing = modelListing(session.client).hear(session.feed, MODEL_VERBS);
  return new Section({
    id: 'models',
    label: trans.__('Models'),
    models: [listing, choices],
    session,
    trans,
    draw: tools => (
      <Models
        listing={listing}
        filter={choices.get('filter')}
        looked={choices.get('looked')}
        onFilter={text => choices.set('filter', text)}
        onLook={ref => choices.set('looked', ref)}
        onPromote={({ ref }) =>
          void confirm(
            session,
            'promote',
            { version: ref, to: undefined },
            trans.__('Promote'),
            trans
          )
        }
        onRollback={({ name }) =>
          void confirm(session, 'rollback', { name }, trans.__('Roll back'), trans)
        }
        onOpen={name => views.open('model', { name })}
        refusal={verb => reasonOf(session.status.refusal(verb), trans)}
        tools={tools}
      />
    )
  });
}

const RUN_VERBS = ['record', 'run', 'reproduce', 'tune', 'output', 'sweep', 'demo', 'register'];
const DATA_VERBS = ['snapshot', 'derive', 'mask', 'forget', 'prune', 'demo', 'record', 'run'];
const MODEL_VERBS = ['register', 'promote', 'rollback', 'demo', 'record', 'run'];
