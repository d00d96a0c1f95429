import { panelPlugin } from './plugins/panel';
import { recordPlugin } from './plugins/record';

export default [recordPlugin, panelPlugin];
