import { ButtonLink } from '#web/components/button.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import { instanceName } from '#web/session.ts';

export type SignedOutFacts = { application: string | null };

export function SignedOutPage({ application }: SignedOutFacts) {
  const name = instanceName.value;
  return (
    <Statement
      title={t('signedOut.title')}
      text={
        application ? t('signedOut.textFor', { application, name }) : t('signedOut.text', { name })
      }
    >
      <ButtonLink href="/login">{t('signedOut.again')}</ButtonLink>
    </Statement>
  );
}
