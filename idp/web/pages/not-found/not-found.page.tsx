import { ButtonLink } from '#web/components/button.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';

export function NotFoundPage() {
  return (
    <Statement title={t('notFound.title')} text={t('notFound.text', { path: location.pathname })}>
      <ButtonLink href="/">{t('common.toStart')}</ButtonLink>
    </Statement>
  );
}
