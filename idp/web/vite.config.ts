import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Browsers with light-dark() and passkey autofill: older ones would get CSS nobody reads.
    target: ['chrome125', 'edge125', 'firefox128', 'safari17.5'],
    // The Content-Security-Policy allows files only, nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What loads first fixes the order of the CSS layers: one sheet, and styles/ at the head of one shell.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'shell', test: /node_modules|\/(styles|components)\// }],
        },
      },
    },
  },
});
