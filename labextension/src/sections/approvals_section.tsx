import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { Inbox } from '../model/inbox';
import type { ISession } from '../model/session';
import type { IViews } from '../tokens';
import { Approvals } from './approvals';
import { Choices } from './choices';
import { Section } from './frame';
import { handsOf } from './hands';
import { opener } from './opener';

/** The inbox; how many requests wait for the reader stands in its title, folded or not. */
export function approvalsSection(
  session: ISession,
  views: IViews,
  trans: TranslationBundle
): Section {
  const inbox = new Inbox(session.client, session.feed);
  const choices = new Choices(session, 'approvals');
  const label = trans.__('Approvals');
  const section = new Section({
    id: 'approvals',
    label,
    models: [inbox, choices],
    session,
    trans,
    draw: tools => (
      <Approvals
        inbox={inbox}
        looked={choices.get('looked')}
        hands={handsOf(session, trans)}
        onLook={ref => choices.set('looked', ref)}
        onPick={opener(views)}
        tools={tools}
      />
    )
  });
  inbox.changed.connect(() => {
    const waiting = inbox.answer?.waiting ?? 0;
    section.title.label = waiting > 0 ? `${label} (${waiting})` : label;
  });
  return section;
}
