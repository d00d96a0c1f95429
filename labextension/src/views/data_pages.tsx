import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Snapshot } from '../api/contract';
import React from 'react';
import { Asked, WHEN_PRESSED, tell } from '../model/asked';
import { versionListing } from '../model/lists';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import { call } from '../sections/confirm';
import { reasonOf } from '../sections/frame';
import { opener } from '../sections/opener';
import { brief } from '../text';
import type { IViews } from '../tokens';
import { Dataset } from './dataset';
import { Diff, argumentsOf } from './diff';
import { Page } from './page';

const LASTING = { isLasting: true }; // a version never changes
const DATA_VERBS = ['snapshot', 'derive', 'mask', 'forget', 'prune', 'demo', 'record', 'run'];

/** The page of one dataset, with *looked* as the version to begin with. */
export function datasetPage(
  session: ISession,
  views: IViews,
  rendermime: IRenderMimeRegistry,
  name: string,
  looked: string,
  trans: TranslationBundle
): Page {
  const { client, feed, status, desk } = session;
  const versions = versionListing(client, () => name).hear(feed, DATA_VERBS);
  const ref = () => looked || versions.rows[0]?.ref || `${name}@latest`;
  const details = new Asked(async () => {
    const { record } = await client.ask('show', { ref: `dataset:${ref()}` });
    return record as unknown as Snapshot;
  }).hear(feed, DATA_VERBS);
  const profile = new Asked(() => tell(client, 'profile', { subject: ref() }), LASTING);
  const lineage = new Asked(() => client.ask('lineage', { ref: `snapshot:${ref()}` })).hear(feed);
  const report = new Asked(() => client.ask('validate', { subject: ref() }), WHEN_PRESSED);
  const proposal = new Asked(
    () => client.ask('expect', { refs: [ref()], write: false }),
    WHEN_PRESSED
  );
  const history = new Question(
    async () => (await client.ask('history', { ref: `dataset:${name}`, limit: 100 })).events
  ).hear(feed);
  let about = looked;
  const turn = (next: string) => {
    about = next;
    [details, profile, lineage].forEach(one => one.start());
    [report, proposal].forEach(one => one.clear());
  };
  const look = (chosen: string) => {
    looked = chosen;
    turn(chosen);
  };
  // While none is chosen, the page is about the newest: also about one that comes later.
  versions.changed.connect(() => {
    const newest = versions.rows[0]?.ref ?? '';
    if (!looked && newest && newest !== about) {
      const isFirst = about === '';
      about = newest;
      if (!isFirst) {
        turn(newest);
      }
    }
  });
  const write = async () => {
    await call(session, 'expect', { refs: [ref()], write: true });
    proposal.clear();
  };
  return new Page(
    brief(name),
    session,
    [versions, details, profile, lineage, report, proposal, history],
    tools => (
      <Dataset
        name={name}
        looked={looked}
        versions={versions}
        details={details}
        profile={profile}
        lineage={lineage}
        history={history}
        report={report}
        proposal={proposal}
        rendermime={rendermime}
        refusal={verb => reasonOf(status.refusal(verb), trans)}
        onLook={look}
        onLoad={line => void desk.insert(line, { run: true })}
        onDiff={(before, after) => views.open('diff', { before, after })}
        onValidate={() => report.start()}
        onExpect={() => proposal.start()}
        onWrite={() => void write()}
        onPick={opener(views)}
        tools={tools}
      />
    ),
    trans
  );
}

/** The page that tells two versions apart. */
export function diffPage(
  session: ISession,
  rendermime: IRenderMimeRegistry,
  before: string,
  after: string,
  trans: TranslationBundle
): Page {
  const { client, feed } = session;
  const name = after.split('@')[0] ?? '';
  let given: Diff.IGiven = { before, after, key: [], match: null };
  const versions = versionListing(client, () => name).hear(feed, DATA_VERBS);
  const model = new Asked(() => {
    const asked = argumentsOf(given) as { before: string; after: string };
    return tell(client, 'diff', { key: [], limit: 20, ...asked });
  }, LASTING);
  return new Page(
    trans.__('Diff of %1', brief(name)),
    session,
    [versions, model],
    tools => (
      <Diff
        given={given}
        versions={versions.rows.map(({ ref }) => ref)}
        model={model}
        rendermime={rendermime}
        onAsk={next => {
          given = next;
          model.start();
        }}
        tools={tools}
      />
    ),
    trans
  );
}
