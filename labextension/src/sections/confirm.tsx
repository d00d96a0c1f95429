import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import type { VerbName } from '../api/client';
import { VERBS } from '../api/verbs';
import { Confirm } from '../components/confirm';
import { type Arguments, lineOf } from '../line';
import { problemOf } from '../model/problem';
import type { ISession } from '../model/session';

/** The body of the dialog: the fields of `Confirm`, and what was typed into them. */
class Body extends ReactWidget implements Dialog.IBodyWidget<Arguments> {
  constructor(
    private readonly _verb: string,
    private readonly _given: Arguments,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this._typed = _given;
  }

  getValue(): Arguments {
    return this._typed;
  }

  protected override render(): JSX.Element {
    return (
      <Confirm
        given={this._given}
        why={whyOf(this._verb)}
        lineOf={given => lineOf(this._verb, given)}
        onChange={given => (this._typed = given)}
        trans={this._trans}
      />
    );
  }

  private _typed: Arguments;
}

/** What a verb calls the reason that the ledger keeps. */
function whyOf(verb: string): string {
  const options = VERBS[verb]?.options ?? [];
  return ['comment', 'message'].find(word => options.some(({ name }) => name === word)) ?? 'note';
}

/** Ask for a note and a yes, then call the verb and say what came of it. */
export async function confirm(
  session: ISession,
  verb: VerbName,
  given: Arguments,
  title: string,
  trans: TranslationBundle
): Promise<void> {
  const { button, value } = await showDialog({
    title,
    body: new Body(verb, given, trans),
    focusNodeSelector: '.jp-Mlops-confirm input:last-of-type',
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: title })]
  });
  if (button.accept && value) {
    await call(session, verb, value);
  }
}

/** Call a verb that changes something; the answer's title, or the error with its hint, is shown. */
export async function call(session: ISession, verb: VerbName, given: Arguments): Promise<void> {
  try {
    const { card } = await session.client.show(verb, given);
    const title = (card as { title?: unknown } | null)?.title;
    Notification.success(typeof title === 'string' ? title : verb, { autoClose: 4000 });
  } catch (reason) {
    complain(reason);
  }
  session.feed.announce([verb]);
}

/** Say what went wrong, and what to do about it. */
export function complain(reason: unknown): void {
  const { message, hint } = problemOf(reason);
  Notification.error([message, hint].filter(Boolean).join(' '), { autoClose: 8000 });
}
