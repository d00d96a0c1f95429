import { Signal } from '@lumino/signaling';
import { Outputs, isOutput, placeOf } from '../plugins/outputs';
import { events, settled } from './server';

const PATH = 'mlops:20261121-063000-3f9a12/train/train.ipynb';
const OUTPUT = { output_type: 'stream', name: 'stdout', text: 'auc 0.9' };

/** An open notebook of one cell, on a server where it is written once more. */
function opened(path: string) {
  const { feed, emit } = events();
  const outputs = { shown: [] as unknown[], toJSON: () => outputs.shown, fromJSON: jest.fn() };
  const cells = [{ id: 'cell-1', type: 'code', outputs, executionCount: null }];
  const model = { cells, dirty: true };
  const panel = {
    context: { path, model, isDisposed: false, contentsModel: { last_modified: 'once' } },
    isVisible: true,
    sessionContext: { kernelPreference: { name: 'python3' } }
  };
  const made = { cells: [{ id: 'cell-1', outputs: [OUTPUT], execution_count: 1 }] };
  const get = jest.fn(async (_: string, { content }: { content: boolean }) => ({
    last_modified: 'again',
    content: content ? made : null
  }));
  const contents = { addDrive: jest.fn(), get };
  const widgetAdded = new Signal<object, unknown>({});
  const notebooks = {
    widgetAdded,
    filter: (test: (it: unknown) => boolean) => [panel].filter(test)
  };
  new Outputs({ contents } as never, notebooks as never, feed);
  widgetAdded.emit(panel);
  return { panel, outputs, model, cells, get, emit };
}

describe('Outputs', () => {
  it('name an executed notebook by its place on a drive of its own', () => {
    expect(placeOf('.mlops/runs/20261121-063000-3f9a12/train/train.ipynb')).toBe(PATH);
    expect([isOutput(PATH), isOutput('mlops/train.ipynb')]).toEqual([true, false]);
  });

  it('start no kernel, and leave other notebooks alone', () => {
    expect(opened(PATH).panel.sessionContext.kernelPreference).toMatchObject({ canStart: false });
    const other = opened('train.ipynb').panel.sessionContext.kernelPreference;
    expect(other).toEqual({ name: 'python3' });
  });

  it.each([true, false])(
    'grow by what the cells have printed since (seen: %s)',
    async isVisible => {
      const { outputs, panel, model, cells, emit } = opened(PATH);
      panel.isVisible = isVisible;
      if (!isVisible) {
        emit('changed', { upto: 3, verbs: ['executions'] });
      }
      await settled(2_500);
      expect(outputs.fromJSON).toHaveBeenCalledWith([OUTPUT]);
      expect([cells[0]?.executionCount, model.dirty]).toEqual([1, false]);
    }
  );

  it('ask nothing of notebooks that are no outputs', async () => {
    const { get, emit } = opened('train.ipynb');
    emit('changed', { upto: 3, verbs: ['executions'] });
    await settled(2_300);
    expect(get).not.toHaveBeenCalled();
  });
});
