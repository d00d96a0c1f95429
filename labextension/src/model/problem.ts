import { Failure } from '../api/client';

/** Why there is no fresh answer: no project yet, no server extension, nobody there, or what went wrong. */
export interface IProblem {
  readonly kind: 'no-project' | 'no-server' | 'offline' | 'error';
  readonly message: string;
  readonly hint: string;
}

/** Tell our own errors (they carry a code) from the server's, which knows no such address. */
export function problemOf(reason: unknown): IProblem {
  if (!(reason instanceof Failure)) {
    return { kind: 'error', message: String(reason), hint: '' };
  }
  return { kind: kindOf(reason), message: reason.message, hint: reason.hint };
}

function kindOf(failure: Failure): IProblem['kind'] {
  if (failure.status === 0 || failure.status === 502 || failure.status === 504) {
    return 'offline';
  }
  if (failure.status === 404 && !failure.code) {
    return 'no-server';
  }
  return failure.code === 'no-project' ? 'no-project' : 'error';
}
