import { commandsPlugin } from './plugins/commands';
import { panelPlugin } from './plugins/panel';
import { recordPlugin } from './plugins/record';
import { sectionsPlugin } from './plugins/sections';
import { sessionPlugin } from './plugins/session';
import { statusbarPlugin } from './plugins/statusbar';
import { viewsPlugin } from './plugins/views';

export default [
  recordPlugin,
  sessionPlugin,
  panelPlugin,
  commandsPlugin,
  viewsPlugin,
  sectionsPlugin,
  statusbarPlugin
];
