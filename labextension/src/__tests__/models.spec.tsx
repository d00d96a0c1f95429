import React from 'react';
import type { ModelVersion } from '../api/contract';
import { Models } from '../sections/models';
import { buttonOf, draw, HOSTILE, listed, press, tools } from './draw';

function version(number: number, given: Partial<ModelVersion> = {}): ModelVersion {
  const ref = `churn@${number}`;
  const made = { ref, name: 'churn', version: number, created_at: '2026-11-20T10:00:00Z' };
  return { ...made, run: null, aliases: [], tags: {}, ...given };
}

const CHAMPION = version(1, { aliases: ['champion'] });

function drawModels(rows: ModelVersion[], given: Partial<Models.IProps> = {}): HTMLElement {
  const acts = { onFilter() {}, onLook() {}, onPromote() {}, onRollback() {}, onOpen() {} };
  const props = { filter: '', looked: '', refusal: () => null, tools: tools(), ...acts, ...given };
  return draw(<Models listing={listed(rows)} {...props} />);
}

describe('Models', () => {
  it('teaches how to register the first one', () => {
    expect(drawModels([]).querySelector('code')?.textContent).toBe('%mlops register model churn');
  });

  it('shows the aliases of each version', () => {
    const host = drawModels([version(2), CHAMPION]);
    expect(host.querySelector('[data-badge="champion"]')?.textContent).toBe('champion');
    expect(host.querySelectorAll('[role="listitem"]')).toHaveLength(2);
  });

  it('promotes what does not serve, and rolls back what does', () => {
    const [onPromote, onRollback] = [jest.fn(), jest.fn()];
    press(drawModels([version(2)], { looked: 'churn@2', onPromote }), 'Promote');
    press(drawModels([CHAMPION], { looked: 'churn@1', onRollback }), 'Roll back');
    expect(onPromote).toHaveBeenCalledWith(version(2));
    expect(onRollback).toHaveBeenCalledWith(CHAMPION);
  });

  it('tells a viewer why nothing may be promoted', () => {
    const refusal = () => 'It takes the role approver; yours is viewer.';
    const host = drawModels([version(2)], { looked: 'churn@2', refusal });
    expect(buttonOf(host, 'Promote').title).toContain('approver');
  });

  it('finds a model by a part of its name, among all that were read', () => {
    const rows = [version(1), version(1, { ref: 'fraud@1', name: 'fraud' })];
    const host = drawModels(rows, { filter: 'FRA' });
    expect(host.querySelectorAll('[role="listitem"]')).toHaveLength(1);
    expect(host.textContent).toContain('fraud@1');
  });

  it('shows hostile names as text', () => {
    const bad = version(1, {
      ref: HOSTILE,
      aliases: [HOSTILE],
      tags: { 'jupyter_mlops.note': HOSTILE }
    });
    expect(drawModels([bad], { looked: HOSTILE }).querySelector('img, script')).toBeNull();
  });
});
