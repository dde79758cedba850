import type { ClientView } from '#api';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { LinesField } from '#web/components/lines-field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import type { PartProps } from './client-section.tsx';
import { ClientSection, type Form } from './client-section.tsx';
import styles from './oidc-clients.module.css';

const NAMES = ['callbackUrls', 'logoutCallbackUrls', 'backchannelLogoutUrl'] as const;

type Name = (typeof NAMES)[number];

export function ClientUrls(props: PartProps) {
  return (
    <ClientSection {...props} title={t('clients.urls')} names={NAMES}>
      {(form) => (
        <>
          <Mismatch client={props.client} form={form} />
          <Fields form={form} />
        </>
      )}
    </ClientSection>
  );
}

function Fields({ form: { draft, errorOf, change } }: { form: Form<Name> }) {
  return (
    <>
      <LinesField
        label={t('clients.callbackUrls')}
        hint={t('clients.callbackUrlsHint')}
        name="callbackUrls"
        value={draft.callbackUrls}
        error={errorOf('callbackUrls')}
        onValue={(callbackUrls) => change({ callbackUrls })}
      />
      <LinesField
        label={t('clients.logoutCallbackUrls')}
        hint={t('clients.logoutCallbackUrlsHint')}
        name="logoutCallbackUrls"
        value={draft.logoutCallbackUrls}
        error={errorOf('logoutCallbackUrls')}
        onValue={(logoutCallbackUrls) => change({ logoutCallbackUrls })}
      />
      <Field
        label={t('clients.backchannelLogoutUrl')}
        note={t('invite.optional')}
        hint={t('clients.backchannelLogoutUrlHint')}
        name="backchannelLogoutUrl"
        value={draft.backchannelLogoutUrl ?? ''}
        error={errorOf('backchannelLogoutUrl')}
        input={{ type: 'url', maxLength: 2048, autocomplete: 'off', spellcheck: false }}
        onValue={(url) => change({ backchannelLogoutUrl: url || null })}
      />
    </>
  );
}

/** The newest callback that was asked for and is not registered: a typing mistake here or there, or an attempt. */
function Mismatch({ client, form }: { client: ClientView; form: Form<Name> }) {
  const mismatch = client.redirectMismatch;
  if (!mismatch) {
    return null;
  }
  const { redirectUri, at } = mismatch;
  const isAdded = form.draft.callbackUrls.includes(redirectUri);
  return (
    <Notice>
      <p>{t('clients.mismatch', { date: formatTime(at) })}</p>
      <p>
        <code>{redirectUri}</code>
      </p>
      <p>{t('clients.mismatchText')}</p>
      {!isOwnedElsewhere(client.owner) && !isAdded && (
        <div class={styles.actions}>
          <Button
            kind="plain"
            onClick={() => form.change({ callbackUrls: [...form.draft.callbackUrls, redirectUri] })}
          >
            {t('clients.mismatchAdd')}
          </Button>
        </div>
      )}
    </Notice>
  );
}
