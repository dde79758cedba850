import type { LdapSettingsView } from '#api';
import { Field } from '#web/components/field.tsx';
import { Select } from '#web/components/select.tsx';
import { type Key, t } from '#web/locales/locales.ts';
import { type Preset, presetOf } from './directory-draft.ts';
import type { FieldsProps } from './directory-fields.tsx';

const CUSTOM = 'custom';
const TECHNICAL = { spellcheck: false, autocapitalize: 'none', autocomplete: 'off' } as const;

type Props = FieldsProps & { presets: LdapSettingsView['presets'] };

/** Filters and attributes, as a preset has them or otherwise. */
export function SearchFields({ presets, ...props }: Props) {
  const chosen: Preset | typeof CUSTOM = presetOf(props.draft, presets) ?? CUSTOM;
  return (
    <>
      <Select
        label={t('ldap.preset')}
        name="preset"
        value={chosen}
        hint={t('ldap.presetHint')}
        options={[
          ['ActiveDirectory', 'Active Directory'],
          ['OpenLDAP', 'OpenLDAP'],
          ...(chosen === CUSTOM ? [[CUSTOM, t('ldap.preset.custom')] as const] : []),
        ]}
        onValue={(preset) => preset !== CUSTOM && props.onChange(presets[preset])}
      />
      <Search noun="users" {...props} />
      <Search noun="groups" {...props} />
    </>
  );
}

function Search({ noun, draft, problem, onChange }: FieldsProps & { noun: 'users' | 'groups' }) {
  const search = draft[noun];
  const errorOf = (field: string) => (problem?.field === field ? problem.title : undefined);
  const change = (changed: object) => onChange({ [noun]: { ...search, ...changed } });
  return (
    <>
      <h3 data-wide>{t(`ldap.${noun}`)}</h3>
      <div data-wide>
        <Field
          label={t('ldap.filterOf', { noun: t(`ldap.${noun}`) })}
          name={`${noun}.filter`}
          value={search.filter}
          error={errorOf(`${noun}.filter`)}
          input={{ required: true, maxLength: 2_048, ...TECHNICAL }}
          onValue={(filter) => change({ filter })}
        />
      </div>
      {Object.entries(search.attributes).map(([name, attribute]) => (
        <Field
          key={name}
          label={t(`ldap.${noun}.${name}` as Key)}
          name={`${noun}.attributes.${name}`}
          value={attribute}
          error={errorOf(`${noun}.attributes.${name}`)}
          input={{ required: true, maxLength: 128, ...TECHNICAL }}
          onValue={(value) => change({ attributes: { ...search.attributes, [name]: value } })}
        />
      ))}
    </>
  );
}
