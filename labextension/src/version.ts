import { version } from '../package.json';

/** The version of this half; the server tells its own. */
export const VERSION: string = version;
