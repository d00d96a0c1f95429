import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { Form } from '../components/form';
import { EXECUTION_VERBS, PIPELINE_VERBS } from '../model/execution';
import { executionListing } from '../model/lists';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import type { IViews } from '../tokens';
import { Choices } from './choices';
import { makePipeline, schedule } from './dialogs';
import { Section } from './frame';
import { handsOf } from './hands';
import { Pipelines } from './pipelines';

const CALM_MS = 1000; // a running step tells twice a second how far it is
const FILES_MS = 1500;

/** The section on pipelines and executions. */
export function pipelinesSection(
  session: ISession,
  views: IViews,
  trans: TranslationBundle
): Section {
  const { client, feed, desk } = session;
  const choices = new Choices(session, 'pipelines');
  const typed = new Map<string, Form.Values>();
  const pipelines = new Question(() => client.ask('pipelines', {})).hear(
    feed,
    PIPELINE_VERBS,
    FILES_MS
  );
  const listing = executionListing(client, () => choices.get('chosen')).hear(
    feed,
    EXECUTION_VERBS,
    CALM_MS
  );
  return new Section({
    id: 'pipelines',
    label: trans.__('Pipelines'),
    models: [pipelines, listing, choices],
    session,
    trans,
    draw: tools => {
      const chosen = choices.get('chosen');
      const values = typed.get(chosen) ?? {};
      return (
        <Pipelines
          pipelines={pipelines}
          listing={listing}
          chosen={chosen}
          looked={choices.get('looked')}
          filter={choices.get('filter')}
          values={values}
          unattended={unattended(session, listing.rows)}
          notebook={desk.path}
          hands={handsOf(session, trans)}
          onFilter={text => choices.set('filter', text)}
          onChoose={name => {
            choices.set('chosen', name);
            listing.start();
          }}
          onChange={(name, value) => {
            typed.set(chosen, { ...values, [name]: value });
            choices.changed.emit();
          }}
          onLook={ref => choices.set('looked', ref)}
          onOpen={ref => views.open('execution', { ref })}
          onSweep={parent => views.open('sweep', { parent })}
          onMake={notebook => void makePipeline(session, notebook, trans)}
          onSchedule={target => void schedule(session, target, trans)}
          tools={tools}
        />
      );
    }
  });
}

/** Count the executions that wait while nobody is there to take them up. */
function unattended(session: ISession, rows: readonly { readonly status: string }[]): number {
  const workers = session.status.answer?.status.workers;
  const isAlone = workers?.every(worker => !worker.is_alive) ?? false;
  return isAlone ? rows.filter(({ status }) => status === 'queued').length : 0;
}
