import type { TranslationBundle } from '@jupyterlab/translation';

/** What a component may do to the world around it. */
export interface ITools {
  readonly trans: TranslationBundle;
  readonly copy: (text: string) => void;
  /** Put a line into a new cell of the active notebook; null when none is open. */
  readonly insert: ((line: string) => void) | null;
  /** Make the server's folder a project. */
  readonly begin: () => void;
}
