import jupyter from '@jupyter/eslint-plugin';
import tseslint from 'typescript-eslint';

const OURS = [
  'index',
  'plugins',
  'panel',
  'views',
  'sections',
  'model',
  'components',
  'line',
  'api',
  'version',
  'card',
  'icon',
  'text'
];

/** Forbid *files* to import the floors above them. */
function below(files, ...floors) {
  const group = floors.flatMap(floor => [`**/${floor}`, `**/${floor}/**`]);
  return {
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group }] }] }
  };
}

export default tseslint.config(
  {
    ignores: ['lib/', 'node_modules/', 'src/api/generated.ts', 'src/api/verbs.ts', '*.js', '*.mjs']
  },
  { plugins: { jupyter } },
  ...tseslint.configs.recommended,
  ...jupyter.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/no-namespace': 'off',
      complexity: ['error', 10],
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', 300],
      'max-params': ['error', 6]
    }
  },
  {
    files: ['src/__tests__/**'],
    rules: { 'jupyter/no-untranslated-string': 'off' }
  },
  below(['src/tokens.ts'], ...OURS),
  below(['src/text.ts', 'src/icon.ts', 'src/version.ts'], ...OURS),
  below(['src/card.ts'], ...OURS.filter(floor => floor !== 'text')),
  below(['src/api/**'], ...OURS.filter(floor => floor !== 'api')),
  below(['src/line.ts'], ...OURS.filter(floor => floor !== 'api')),
  below(
    ['src/components/*'],
    'index',
    'plugins',
    'panel',
    'views',
    'sections',
    'model',
    'line',
    'api'
  ),
  below(['src/model/*'], 'index', 'plugins', 'panel', 'views', 'sections', 'components'),
  below(['src/sections/*'], 'index', 'plugins', 'panel', 'views'),
  below(['src/views/*'], 'index', 'plugins', 'panel'),
  below(['src/panel.ts'], 'index', 'plugins', 'views'),
  below(['src/plugins/*'], 'index')
);
