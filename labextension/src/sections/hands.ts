import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type Arguments, lineOf } from '../line';
import type { ISession } from '../model/session';
import { call, complain, confirm } from './confirm';
import type { DeedName, IHands } from './deeds';
import { reasonOf } from './frame';

/** How deeds are done: votes with a reason, removals once confirmed, the rest at once. */
export function handsOf(session: ISession, trans: TranslationBundle): IHands {
  const { status } = session;
  const titles: Partial<Record<DeedName, string>> = {
    approve: trans.__('Approve'),
    deny: trans.__('Deny'),
    unschedule: trans.__('Remove')
  };
  return {
    actor: nameOf(status.answer?.status.actor ?? ''),
    refusal: verb => reasonOf(status.refusal(verb), trans),
    onDo: (verb, given) => void act(session, verb, given, titles[verb] ?? '', trans)
  };
}

async function act(
  session: ISession,
  verb: DeedName,
  given: Arguments,
  title: string,
  trans: TranslationBundle
): Promise<void> {
  if (verb === 'attach') {
    await attach(session, String(given.ref));
    return;
  }
  if (verb === 'approve' || verb === 'deny') {
    await confirm(session, verb, given, title, trans);
    return;
  }
  if (verb === 'unschedule') {
    const { button } = await showDialog({
      title,
      body: lineOf(verb, given),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: title })]
    });
    if (!button.accept) {
      return;
    }
  }
  await call(session, verb, given);
}

/** Open the notebook of a failed step with the kernel that it has kept. */
async function attach(session: ISession, ref: string): Promise<void> {
  try {
    const kept = await session.client.ask('attach', { ref, end: false });
    const { id } = (await session.client.send('POST', `kernels/${kept.id}`, {})) as { id: string };
    await session.desk.show(kept.output, id);
  } catch (reason) {
    complain(reason);
  }
}

/** Leave out where the server knows somebody from: `ada (jupyterhub)`. */
function nameOf(actor: string): string {
  return actor.replace(/ \([^()]*\)$/, '');
}
