import { t } from '#web/locales/locales.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { Passkeys } from './passkeys.tsx';
import { Sessions } from './sessions.tsx';

export function SecurityPage() {
  return (
    <SettingsFrame title={t('security.title')} intro={t('security.intro')}>
      {() => (
        <>
          <Passkeys />
          <Sessions />
        </>
      )}
    </SettingsFrame>
  );
}
