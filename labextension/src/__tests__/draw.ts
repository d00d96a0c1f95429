import { nullTranslator } from '@jupyterlab/translation';
import { act, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import type { ITools } from '../components/tools';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

/** A name that would do harm, were it ever read as markup. */
export const HOSTILE = '<img src=x onerror="window.hacked = true"><script>hack()</script>';

export const trans = nullTranslator.load('jupyter_mlops');

/** Mount *element* in the page and return what holds it. */
export function draw(element: ReactElement): HTMLElement {
  const host = document.body.appendChild(document.createElement('div'));
  act(() => createRoot(host).render(element));
  return host;
}

/** Tools that remember what they were used for. */
export function tools(
  given: Partial<ITools> = {}
): ITools & { insert: jest.Mock; copy: jest.Mock; begin: jest.Mock } {
  return { trans, copy: jest.fn(), insert: jest.fn(), begin: jest.fn(), ...given } as never;
}

/** What a pane's model says when it has answered, changed by *given*. */
export function answered<T extends object>(given: T) {
  const base = { answer: {}, answeredAt: new Date(), problem: null, isBusy: false };
  return { ...base, ...given };
}

/** A listing that holds *rows*. */
export function listed<T>(rows: readonly T[], given: object = {}) {
  const none = { query: '', hasMore: false, search: jest.fn(), more: jest.fn() };
  return answered({ ...none, rows, ...given });
}

/** Press the button whose text or label contains *name*. */
export function press(host: HTMLElement, name: string): void {
  act(() => buttonOf(host, name).click());
}

export function buttonOf(host: HTMLElement, name: string): HTMLButtonElement {
  const found = [...host.querySelectorAll('button')].find(button =>
    `${button.textContent} ${button.getAttribute('aria-label') ?? ''}`.includes(name)
  );
  if (!found) {
    throw new Error(`no button ${name} in ${host.textContent}`);
  }
  return found;
}

export { act };
