import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { Kept } from '../model/kept';
import { MlopsPanel } from '../panel';

function section(id: string, rank: number) {
  return {
    id,
    rank,
    create: () => {
      const widget = new Widget();
      widget.title.label = id;
      return widget;
    }
  };
}

function labels(panel: MlopsPanel): string[] {
  return panel.widgets.map(widget => widget.title.label);
}

describe('MlopsPanel', () => {
  it('takes sections of others, and stands them by rank', () => {
    const panel = new MlopsPanel(nullTranslator, new Kept(null));
    [section('audit', 70), section('runs', 20), section('theirs', 25)].forEach(it => panel.add(it));
    expect(labels(panel)).toEqual(['runs', 'theirs', 'audit']);
  });

  it('lets a section go again', () => {
    const panel = new MlopsPanel(nullTranslator, new Kept(null));
    panel.add(section('theirs', 25)).dispose();
    expect(labels(panel)).toEqual([]);
  });

  it('folds what was folded when the page was left', () => {
    const kept = new Kept(null);
    kept.keep('sections', 'kept');
    kept.keep('folded', ['runs']);
    const panel = new MlopsPanel(nullTranslator, kept);
    [section('runs', 20), section('audit', 70)].forEach(it => panel.add(it));
    expect(panel.widgets.map(widget => widget.isHidden)).toEqual([true, false]);
  });
});
