import { nullTranslator } from '@jupyterlab/translation';
import React from 'react';
import { type ICard, plainCard, readShown } from '../card';
import { Card } from '../components/card';
import { act, draw } from './draw';

const trans = nullTranslator.load('jupyter_mlops');
const HOSTILE = '<img src=x onerror="window.hacked = true"><script>hack()</script>';

function read(card: Record<string, unknown>): ICard {
  const answer = readShown({ kind: 'Promotion', card, record: {} });
  if (!answer) {
    throw new Error('not a card');
  }
  return answer;
}

function drawCard(card: Record<string, unknown>, copy: (text: string) => void = () => {}) {
  return draw(<Card card={read(card)} copy={copy} trans={trans} />);
}

describe('Card', () => {
  it('shows hostile names as text, wherever they stand', () => {
    const host = drawCard({
      title: HOSTILE,
      state: HOSTILE,
      facts: [[HOSTILE, HOSTILE]],
      columns: [HOSTILE],
      rows: [[HOSTILE]],
      notes: [HOSTILE],
      next: [HOSTILE]
    });
    expect(host.querySelector('img, script')).toBeNull();
    expect(host.textContent?.split(HOSTILE)).toHaveLength(8);
  });

  it('draws what is no text as text', () => {
    const element = { $$typeof: 'Symbol(react.element)', type: 'script', props: {} };
    const host = drawCard({ title: element, facts: [[1, null], 'no pair'], rows: 7 });
    expect(host.querySelector('script')).toBeNull();
    expect(host.querySelector('td')?.textContent).toBe('null');
  });

  it('makes direction and control marks harmless, and bounds the length', () => {
    const card = read({ title: 'a\u202Eb\u0000', notes: ['x'.repeat(5000)] });
    expect(card.title).toBe('a\uFFFDb\uFFFD');
    expect(card.notes[0]).toHaveLength(2001);
  });

  it('tells a screen reader its state, its rows and its columns', () => {
    const host = drawCard({
      title: 'Promoted',
      state: 'ok',
      facts: [['alias', 'champion']],
      columns: ['auc'],
      rows: [['0.9']]
    });
    expect(host.querySelector('[role="status"]')?.textContent).toContain('Promoted');
    expect(host.querySelector('[role="img"]')?.getAttribute('aria-label')).toBe('OK');
    expect(host.querySelector('th[scope="row"]')?.textContent).toBe('alias');
    expect(host.querySelector('th[scope="col"]')?.textContent).toBe('auc');
  });

  it('copies a next line as it stands, and says so', () => {
    const copy = jest.fn();
    const host = drawCard({ title: 'Saved', next: ['%mlops show churn@3'] }, copy);
    act(() => host.querySelector('button')?.click());
    expect(copy).toHaveBeenCalledWith('%mlops show churn@3');
    expect(host.querySelector('.jp-Mlops-copied')?.textContent).toBe('Copied');
  });
});

describe('readShown', () => {
  it.each([[null], ['text'], [[1]], [{}], [{ card: 'text' }]])('refuses %j', data => {
    expect(readShown(data)).toBeNull();
  });
});

describe('plainCard', () => {
  it('shows the fields of a record that came without a card', () => {
    const card = plainCard('Status', { root: '/home', runs: 3 });
    expect(card.facts).toEqual([
      ['root', '/home'],
      ['runs', '3']
    ]);
  });
});
