import React from 'react';
import { List, windowOf } from '../components/list';
import { act, draw } from './draw';

function drawList(count: number, onEnd?: () => void): HTMLElement {
  return draw(
    <List
      count={count}
      height={40}
      label="Runs"
      keyOf={String}
      onEnd={onEnd}
      row={index => <button className="jp-Mlops-name">{`run ${index}`}</button>}
    />
  );
}

function scroll(host: HTMLElement, top: number): void {
  const list = host.querySelector<HTMLElement>('[role="list"]');
  act(() => {
    if (list) {
      list.scrollTop = top;
      list.dispatchEvent(new Event('scroll', { bubbles: true }));
    }
  });
}

describe('List', () => {
  it('holds only the rows in sight, of ten thousand', () => {
    const host = drawList(10_000);
    expect(host.querySelectorAll('[role="listitem"]').length).toBeLessThan(40);
    expect(host.querySelector<HTMLElement>('.jp-Mlops-reel')?.style.height).toBe('400000px');
  });

  it('shows other rows when it is scrolled', () => {
    const host = drawList(10_000);
    scroll(host, 200_000);
    expect(host.textContent).toContain('run 5000');
    expect(host.textContent).not.toContain('run 0run');
  });

  it('tells a screen reader which row of how many it is', () => {
    const row = drawList(500).querySelector('[role="listitem"]');
    expect(row?.getAttribute('aria-setsize')).toBe('500');
    expect(row?.getAttribute('aria-posinset')).toBe('1');
  });

  it('says when its end comes into sight', () => {
    const onEnd = jest.fn();
    const host = drawList(1000, onEnd);
    expect(onEnd).not.toHaveBeenCalled();
    scroll(host, 40_000);
    expect(onEnd).toHaveBeenCalled();
  });

  it('lets the arrow keys go from row to row', () => {
    const host = drawList(5);
    const names = host.querySelectorAll<HTMLElement>('.jp-Mlops-name');
    names[0]?.focus();
    act(() => {
      names[0]?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
    });
    expect(document.activeElement).toBe(names[1]);
  });
});

describe('windowOf', () => {
  it.each([
    [0, 0, 0, 0, 0],
    [3, 0, 400, 0, 3],
    [100, 0, 400, 0, 16],
    [100, 4000, 400, 94, 100],
    [100, 99_999, 400, 94, 100]
  ])('of %i rows at %i in %i pixels is %i to %i', (count, top, room, first, last) => {
    expect(windowOf(count, 40, top, room)).toEqual({ first, last });
  });
});
