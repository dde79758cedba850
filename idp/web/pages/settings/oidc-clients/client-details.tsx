import { Field } from '#web/components/field.tsx';
import { Select } from '#web/components/select.tsx';
import { t } from '#web/locales/locales.ts';
import type { PartProps } from './client-section.tsx';
import { ClientSection, type Form } from './client-section.tsx';

const NAMES = ['name', 'type', 'launchUrl', 'logoUrl'] as const;
const URL_INPUT = { type: 'url', maxLength: 2048, autocomplete: 'off', spellcheck: false } as const;

type Name = (typeof NAMES)[number];

export function ClientDetails(props: PartProps) {
  return (
    <ClientSection {...props} title={t('clients.details')} names={NAMES}>
      {(form) => <Fields form={form} isPublic={props.client.type === 'public'} />}
    </ClientSection>
  );
}

function Fields({ form, isPublic }: { form: Form<Name>; isPublic: boolean }) {
  const { draft, errorOf, change } = form;
  return (
    <>
      <Field
        label={t('clients.name')}
        name="name"
        value={draft.name}
        error={errorOf('name')}
        input={{ required: true, maxLength: 100, autocomplete: 'off' }}
        onValue={(name) => change({ name })}
      />
      {isPublic && (
        <Select
          label={t('clients.type')}
          name="type"
          value={draft.type}
          hint={errorOf('type') ?? t(`clients.type.${draft.type}.hint`)}
          options={[
            ['confidential', t('clients.type.confidential')],
            ['public', t('clients.type.public')],
          ]}
          onValue={(type) => change({ type })}
        />
      )}
      <Field
        label={t('clients.launchUrl')}
        note={t('invite.optional')}
        hint={t('clients.launchUrlHint')}
        name="launchUrl"
        value={draft.launchUrl ?? ''}
        error={errorOf('launchUrl')}
        input={URL_INPUT}
        onValue={(url) => change({ launchUrl: url || null })}
      />
      <Field
        label={t('clients.logoUrl')}
        note={t('invite.optional')}
        name="logoUrl"
        value={draft.logoUrl ?? ''}
        error={errorOf('logoUrl')}
        input={URL_INPUT}
        onValue={(url) => change({ logoUrl: url || null })}
      />
    </>
  );
}
