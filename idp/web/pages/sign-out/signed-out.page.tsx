import { ButtonLink } from '#web/components/button.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import { instanceName } from '#web/session.ts';

/** Names nobody who asked for it: anybody can link here, and say so of any application. */
export function SignedOutPage() {
  return (
    <Statement
      title={t('signedOut.title')}
      text={t('signedOut.text', { name: instanceName.value })}
    >
      <ButtonLink href="/login">{t('signedOut.again')}</ButtonLink>
    </Statement>
  );
}
