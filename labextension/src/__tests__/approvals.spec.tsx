import React from 'react';
import type { Approval } from '../api/contract';
import { Inbox } from '../model/inbox';
import { Approvals } from '../sections/approvals';
import { answered, buttonOf, draw, HOSTILE, press, tools } from './draw';
import { json, serve, settled } from './server';

function request(given: Partial<Approval> = {}): Approval {
  const asked = { ref: '3f9a12cd', subject: 'version:churn@3>champion', requester: 'bo' };
  const when = { created_at: '2026-11-20T10:00:00Z', expires_at: '2026-11-27T10:00:00Z' };
  const how = { source: 'os', needed: 2, state: 'open', message: 'fewer alarms' } as const;
  const rest = { evidence: '', settled_at: null, spent_at: null, votes: [], deciders: [] };
  return { ...asked, ...when, ...how, ...rest, ...given };
}

function drawInbox(items: Approval[], given: Partial<Approvals.IProps> = {}): HTMLElement {
  const hands = { actor: 'ada', refusal: () => null, onDo: jest.fn() };
  const acts = { onLook() {}, onPick() {} };
  const inbox = answered({ answer: { items } });
  return draw(
    <Approvals inbox={inbox} looked="" hands={hands} tools={tools()} {...acts} {...given} />
  );
}

describe('Approvals', () => {
  it('teaches how to ask while nothing waits', () => {
    const host = drawInbox([]);
    expect(host.querySelector('code')?.textContent).toBe('%mlops request churn@2 --message "why"');
  });

  it('shows what waits, who asks, and how the votes stand', () => {
    const row = drawInbox([request()]).querySelector('[role="listitem"]');
    expect(row?.textContent).toContain('churn@3 → champion');
    expect(row?.textContent).toContain('0/2');
    expect(row?.textContent).toContain('bo');
  });

  it('keeps what is settled apart', () => {
    const host = drawInbox([request(), request({ ref: 'b', state: 'denied' })]);
    expect(host.querySelector('summary')?.textContent).toBe('1 settled request');
    expect(
      host.querySelectorAll('[aria-label="Requests that wait"] [role="listitem"]')
    ).toHaveLength(1);
  });

  it('approves what somebody else asks', () => {
    const hands = { actor: 'ada', refusal: () => null, onDo: jest.fn() };
    press(drawInbox([request()], { looked: '3f9a12cd', hands }), 'Approve…');
    expect(hands.onDo).toHaveBeenCalledWith('approve', { ref: '3f9a12cd' });
  });

  it('lets nobody decide on their own request, and says why; they may take it back', () => {
    const hands = { actor: 'Bo', refusal: () => null, onDo: jest.fn() };
    const host = drawInbox([request()], { looked: '3f9a12cd', hands });
    const button = buttonOf(host, 'Approve…');
    expect(button.getAttribute('aria-disabled')).toBe('true');
    expect(button.title).toBe('You asked for it, so somebody else decides.');
    press(host, 'Approve…');
    press(host, 'Withdraw');
    expect(hands.onDo.mock.calls).toEqual([['request', { subject: 'churn@3', withdraw: true }]]);
  });

  it('shows who voted, and why', () => {
    const vote = { actor: 'cy', source: 'os', comment: 'good', at: '2026-11-21T10:00:00Z' };
    const votes = [{ ...vote, decision: 'approve' as const }];
    const host = drawInbox([request({ votes })], { looked: '3f9a12cd' });
    expect(host.querySelector('table[aria-label="Votes"]')?.textContent).toContain('good');
  });

  it('opens what a request is about', () => {
    const onPick = jest.fn();
    press(drawInbox([request()], { looked: '3f9a12cd', onPick }), 'Open page');
    expect(onPick).toHaveBeenCalledWith('version:churn@3');
  });

  it('shows hostile words as text', () => {
    const bad = request({ message: HOSTILE, requester: HOSTILE, subject: `version:${HOSTILE}` });
    expect(drawInbox([bad], { looked: '3f9a12cd' }).querySelector('img, script')).toBeNull();
  });
});

describe('Inbox', () => {
  it('asks at once, and goes on while its section is folded', async () => {
    const { client, feed, requests, emit } = serve(json(200, { items: [], waiting: 0 }));
    const inbox = new Inbox(client, feed);
    inbox.rest();
    emit('changed', { verbs: ['request'] });
    await settled(1100);
    expect(requests).toHaveLength(2);
    inbox.dispose();
  });
});
