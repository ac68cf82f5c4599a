import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * Which folder of src/ may import which (besides itself and tensor). The map of the house in
 * CONTRIBUTING.md shows the same arrows; a file directly under src/ is named by its own key.
 */
const ALLOWED_IMPORTS = {
  tensor: [],
  kernels: [],
  onnx: [],
  models: ['onnx'],
  runtime: ['models', 'kernels'],
  data: [],
  results: [],
  experiments: ['runtime', 'data', 'results', 'kernels'],
  protocol: ['results'],
  figures: [],
  report: ['figures', 'results'],
  kept: ['protocol', 'results'],
  ui: ['kept', 'report', 'figures', 'results', 'protocol', 'data'],
  'main.tsx': ['ui'],
  'service-worker.ts': [],
  // The two composition roots: they choose the engine and the stores and hand them on.
  'worker.ts': ['worker', 'protocol'],
  worker: ['kept', 'protocol', 'experiments', 'runtime', 'data', 'results'],
  'cli.ts': ['cli'],
  cli: ['protocol', 'experiments', 'runtime', 'models', 'data', 'report', 'figures', 'results'],
};

const FOLDERS = Object.keys(ALLOWED_IMPORTS).filter((name) => !name.includes('.'));

/** One zone for each forbidden arrow: everything that is not allowed is an error. */
function zonesOf(allowedImports) {
  return Object.entries(allowedImports).flatMap(([target, allowed]) =>
    FOLDERS.filter((from) => from !== target && from !== 'tensor' && !allowed.includes(from)).map(
      (from) => ({
        target: `./src/${target}`,
        from: `./src/${from}`,
        message: `src/${target} may import only: ${['tensor', ...allowed].join(', ')}.`,
      }),
    ),
  );
}

/** Tests of runtime run small graphs on each provider, which it alone can open. */
const RUNTIME_TEST_IMPORTS = {
  ...ALLOWED_IMPORTS,
  runtime: [...ALLOWED_IMPORTS.runtime, 'onnx'],
};

/** onnxruntime has one home, so that its quirks and its version have one too. */
const onnxruntimeOnlyInRuntime = {
  patterns: [
    {
      group: ['onnxruntime-*', 'onnxruntime-*/*'],
      message: 'Only src/runtime talks to onnxruntime.',
    },
  ],
};

export default tseslint.config(
  {
    ignores: ['dist', 'out', 'public', 'node_modules', 'test-results', 'playwright-report'],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.tsx'] })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: zonesOf(ALLOWED_IMPORTS) }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    // Tests run the graphs that onnx and models write, which only onnxruntime can judge.
    ignores: ['src/runtime/**', 'src/**/*.test.ts', 'src/**/testing/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', onnxruntimeOnlyInRuntime] },
  },
  {
    files: ['src/runtime/**/*.test.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: zonesOf(RUNTIME_TEST_IMPORTS) }],
    },
  },
  {
    files: ['src/ui/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
);
