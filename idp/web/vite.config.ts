import { defineConfig } from 'vite';

type Module = { isEntry: boolean; importers: readonly string[] };
type Graph = { getModuleInfo(id: string): Module | null };

/** What everybody waits for who signs in. Pages that are fetched later have no importers, and count for nothing. */
function servesSignIn(id: string, graph: Graph): boolean {
  const { isEntry, importers } = graph.getModuleInfo(id) ?? { isEntry: false, importers: [] };
  const isPage = /\/pages\/(sign-in|interaction)\//.test(id);
  return isEntry || isPage || importers.some((importer) => servesSignIn(importer, graph));
}

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
    modulePreload: false,
    // What loads first fixes the order of the CSS layers: one sheet, and styles/ at the head of one shell.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              debugName: 'shell',
              name: (id, graph) => (servesSignIn(id, graph) ? 'shell' : null),
              test: /node_modules|\/web\/(?!pages\/|main)/,
            },
            { name: 'beyond', test: /node_modules|\/components\// },
          ],
        },
      },
    },
  },
});
