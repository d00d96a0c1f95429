import React from 'react';
import type { AuditEvent } from '../api/contract';
import { plainCard } from '../card';
import { Audit } from '../sections/audit';
import { draw, HOSTILE, listed, press, tools } from './draw';

function event(seq: number, given: Partial<AuditEvent> = {}): AuditEvent {
  const who = { at: '2026-11-20T10:00:00Z', actor: 'ada', source: 'os', face: 'magic' };
  const what = {
    verb: 'promote',
    phase: 'outcome',
    outcome: 'ok',
    arguments: {},
    inputs: []
  } as const;
  const rest = {
    intent: null,
    parent: null,
    outputs: ['version:churn@3'],
    reason: '',
    duration_ms: 1
  };
  return { seq, ...who, ...what, ...rest, ...given } as AuditEvent;
}

function drawAudit(rows: AuditEvent[], given: Partial<Audit.IProps> = {}): HTMLElement {
  const proof = { answer: null, isBusy: false };
  const props = { proof, looked: '', onLook() {}, onVerify() {}, tools: tools(), ...given };
  return draw(<Audit listing={listed(rows)} {...props} />);
}

describe('Audit', () => {
  it('shows who did what', () => {
    const row = drawAudit([event(7)]).querySelector('[role="listitem"]');
    expect(row?.textContent).toContain('promote churn@3');
    expect(row?.textContent).toContain('7 · ada');
  });

  it('tells a call once: its end, or its beginning while it has none', () => {
    const begun = event(4, { phase: 'intent', outcome: 'started' });
    const rows = [
      event(6, { phase: 'intent', outcome: 'started' }),
      event(5, { intent: 4 }),
      begun
    ];
    expect(drawAudit(rows).querySelectorAll('[role="listitem"]')).toHaveLength(2);
  });

  it('tells why', () => {
    const refused = event(7, {
      outcome: 'refused',
      reason: 'auc fell.',
      arguments: { note: 'try' }
    });
    expect(drawAudit([refused], { looked: '7' }).querySelector('section')?.textContent).toContain(
      'try'
    );
  });

  it('verifies the chain, and shows the proof', () => {
    const onVerify = jest.fn();
    const proof = { answer: plainCard('17 lines, every one as it was written', {}), isBusy: false };
    const host = drawAudit([event(1)], { proof, onVerify });
    press(host, 'Verify');
    expect(onVerify).toHaveBeenCalled();
    expect(host.querySelector('.jp-Mlops-card')?.textContent).toContain('every one');
  });

  it('shows hostile words as text', () => {
    const bad = event(7, { actor: HOSTILE, outputs: [`version:${HOSTILE}`], reason: HOSTILE });
    expect(drawAudit([bad], { looked: '7' }).querySelector('img, script')).toBeNull();
  });
});
