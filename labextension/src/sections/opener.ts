import { body } from '../text';
import type { IViews } from '../tokens';

/** Open the page of what a reference names, of the kinds that have one. */
export function opener(views: IViews): (ref: string) => void {
  return ref => {
    const named = body(ref);
    const name = named.split('@')[0] ?? '';
    if (ref.startsWith('snapshot:')) {
      views.open('dataset', { name, ref: named });
    } else if (ref.startsWith('version:')) {
      views.open('model', { name });
    } else if (ref.startsWith('execution:')) {
      views.open('execution', { ref: named });
    }
  };
}
