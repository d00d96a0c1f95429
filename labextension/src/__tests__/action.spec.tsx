import React from 'react';
import { Action } from '../components/action';
import { buttonOf, draw, press, tools } from './draw';

const LINE = '%mlops promote churn@3';

describe('Action', () => {
  it('shows the magic that it stands for, and does it', () => {
    const onRun = jest.fn();
    const host = draw(<Action label="Promote" line={LINE} onRun={onRun} tools={tools()} />);
    press(host, 'Promote');
    expect(host.querySelector('code')?.textContent).toBe(LINE);
    expect(onRun).toHaveBeenCalledTimes(1);
  });

  it('puts the magic into the notebook, or on the clipboard', () => {
    const kit = tools();
    const host = draw(<Action label="Promote" line={LINE} onRun={() => {}} tools={kit} />);
    press(host, 'Insert into notebook');
    press(host, 'Copy');
    expect(kit.insert).toHaveBeenCalledWith(LINE);
    expect(kit.copy).toHaveBeenCalledWith(LINE);
  });

  it('says why it may not be done, and does nothing', () => {
    const onRun = jest.fn();
    const reason = 'It takes the role approver; yours is viewer.';
    const host = draw(
      <Action label="Promote" line={LINE} refusal={reason} onRun={onRun} tools={tools()} />
    );
    const button = buttonOf(host, 'Promote');
    press(host, 'Promote');
    expect(button.title).toBe(reason);
    expect(button.getAttribute('aria-disabled')).toBe('true');
    expect(onRun).not.toHaveBeenCalled();
  });

  it('asks for a notebook when none is open', () => {
    const host = draw(<Action label="" line={LINE} tools={tools({ insert: null })} />);
    expect(buttonOf(host, 'Insert').title).toBe('Open a notebook first');
  });
});
