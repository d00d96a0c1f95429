import type { TranslationBundle } from '@jupyterlab/translation';
import { Debouncer } from '@lumino/polling';
import React from 'react';
import { type ICard, readShown } from '../card';
import { Asked, WHEN_PRESSED } from '../model/asked';
import { type IAuditFilter, auditListing } from '../model/lists';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import { Audit } from './audit';
import { Choices } from './choices';
import { call } from './confirm';
import { Section, reasonOf } from './frame';

const TYPING_MS = 300;
const FIELDS = ['by', 'did', 'about', 'outcome', 'start', 'end'] as const;

/** The ledger: its lines as the filter says, what proves them, and how well it is protected. */
export function auditSection(session: ISession, trans: TranslationBundle): Section {
  const { client, feed, status } = session;
  const choices = new Choices(session, 'audit');
  const filter = () =>
    Object.fromEntries(FIELDS.map(name => [name, choices.get(name)])) as unknown as IAuditFilter;
  const listing = auditListing(client, filter).hear(feed);
  const typing = new Debouncer(async () => listing.start(), TYPING_MS);
  const proof = new Question<ICard | null>(async () =>
    readShown(await client.show('audit', { verify: true, limit: 1 }))
  );
  let line = 0;
  const inclusion = new Asked(() => client.ask('audit', proving(line)), WHEN_PRESSED);
  const verify = () => void proof.refresh();
  proof.changed.connect(() => choices.changed.emit());
  return new Section({
    id: 'audit',
    label: trans.__('Audit'),
    models: [listing, inclusion, choices],
    session,
    trans,
    draw: tools => (
      <Audit
        listing={listing}
        standing={status.answer?.status ?? null}
        filter={filter()}
        proof={proof}
        inclusion={inclusion}
        looked={choices.get('looked')}
        onLook={seq => {
          inclusion.clear();
          choices.set('looked', seq);
        }}
        refusal={verb => reasonOf(status.refusal(verb), trans)}
        onVerify={verify}
        onSign={() => void call(session, 'checkpoint', {})}
        onFilter={next => {
          FIELDS.forEach(name => choices.set(name, next[name]));
          void typing.invoke();
        }}
        onProve={seq => {
          line = seq;
          inclusion.start();
        }}
        tools={tools}
      />
    )
  });
}

function proving(line: number) {
  return { verify: false, prove: line, limit: 1 };
}
