import { t } from '#web/locales/locales.ts';
import { findPasskeyTrouble } from '#web/passkey.ts';
import type { ListedCheck } from './check-list.tsx';

/** What only the browser knows: whether a passkey could be registered on this very page. */
export function checkBrowser(expected: string): ListedCheck {
  const trouble = findPasskeyTrouble('create');
  const yesNo = (is: boolean) => t(is ? 'diagnostics.yes' : 'diagnostics.no');
  return {
    id: 'browser',
    status: trouble ? 'failed' : 'ok',
    code: trouble?.code ?? 'works',
    title: t('diagnostics.browser'),
    summary: trouble?.title ?? t('diagnostics.browserWorks'),
    mend: trouble && t('diagnostics.browserMend', { expected }),
    facts: [
      { name: t('diagnostics.thisAddress'), value: location.origin },
      { name: 'APP_URL', value: expected },
      { name: t('diagnostics.secureContext'), value: yesNo(isSecureContext) },
      { name: 'WebAuthn', value: yesNo('PublicKeyCredential' in globalThis) },
    ],
  };
}
