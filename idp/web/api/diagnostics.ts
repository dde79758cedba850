import type { DiagnosticsView } from '#api';
import { request } from '#web/api/request.ts';
import { language } from '#web/locales/locales.ts';

/** In the language of the page. */
export const runDiagnostics = () =>
  request<DiagnosticsView>('GET', `/api/diagnostics?language=${language.value}`);
