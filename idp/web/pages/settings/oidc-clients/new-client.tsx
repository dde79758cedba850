import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import type { ClientInput, CreatedSecret } from '#api';
import { createClient, createSecret } from '#web/api/clients.ts';
import { Button } from '#web/components/button.tsx';
import dialog from '#web/components/dialog.module.css';
import { Field } from '#web/components/field.tsx';
import { LinesField } from '#web/components/lines-field.tsx';
import { Modal } from '#web/components/modal.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Select } from '#web/components/select.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { SecretShown } from './secret-shown.tsx';

type Made = { id: string; secret: CreatedSecret | null };

/** The button, the window it opens, and the secret that is told there this once. */
export function NewClient() {
  const isOpen = useSignal(false);
  const made = useSignal<Made | null>(null);
  const { route } = useLocation();
  const close = () => {
    isOpen.value = false;
    if (made.value) {
      route(`/settings/admin/oidc-clients/${encodeURIComponent(made.value.id)}`);
    }
  };
  return (
    <>
      <Button
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {t('clients.new')}
      </Button>
      {isOpen.value && (
        <Modal title={t(made.value ? 'clients.made' : 'clients.new')} onClose={close}>
          {(end) =>
            made.value?.secret ? (
              <SecretShown clientId={made.value.id} secret={made.value.secret} onClose={end} />
            ) : (
              <NewClientForm
                onCancel={end}
                onMade={(client) => {
                  made.value = client;
                  if (!client.secret) {
                    end();
                  }
                }}
              />
            )
          }
        </Modal>
      )}
    </>
  );
}

type Draft = { name: string; id: string; type: 'confidential' | 'public'; callbackUrls: string[] };
type Props = { onCancel: () => void; onMade: (made: Made) => void };

function NewClientForm({ onCancel, onMade }: Props) {
  const { busy, problem, run } = useTask();
  const draft = useSignal<Draft>({ name: '', id: '', type: 'confidential', callbackUrls: [] });
  const blamed = problem.value?.field;
  const create = () => run(async () => onMade(await make(draft.value)));

  return (
    <form
      class={dialog.body}
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <Fields
        draft={draft.value}
        errorOf={(name) => (blamed === name ? problem.value?.title : undefined)}
        onChange={(change) => {
          draft.value = { ...draft.value, ...change };
        }}
      />
      <ProblemNotice problem={blamed && blamed in draft.value ? null : problem.value} />
      <div class={dialog.actions}>
        <Button kind="plain" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" busy={busy.value}>
          {t('clients.create')}
        </Button>
      </div>
    </form>
  );
}

/** Confidential clients get their first secret at once: without one they could not begin. */
async function make({ id, ...draft }: Draft): Promise<Made> {
  const input: ClientInput = { ...draft, ...(id && { id }) };
  const client = await createClient(input);
  return {
    id: client.id,
    secret: client.type === 'confidential' ? await createSecret(client.id) : null,
  };
}

type FieldsProps = {
  draft: Draft;
  errorOf: (name: keyof Draft) => string | undefined;
  onChange: (change: Partial<Draft>) => void;
};

function Fields({ draft, errorOf, onChange }: FieldsProps) {
  return (
    <>
      <Field
        label={t('clients.name')}
        name="name"
        value={draft.name}
        error={errorOf('name')}
        input={{ required: true, maxLength: 100, autocomplete: 'off', autofocus: true }}
        onValue={(name) => onChange({ name })}
      />
      <Field
        label={t('clients.id')}
        note={t('invite.optional')}
        hint={t('clients.idHint')}
        name="id"
        value={draft.id}
        error={errorOf('id')}
        input={{ maxLength: 128, autocomplete: 'off', autocapitalize: 'none', spellcheck: false }}
        onValue={(id) => onChange({ id })}
      />
      <Select
        label={t('clients.type')}
        name="type"
        value={draft.type}
        hint={t(`clients.type.${draft.type}.hint`)}
        options={[
          ['confidential', t('clients.type.confidential')],
          ['public', t('clients.type.public')],
        ]}
        onValue={(type) => onChange({ type })}
      />
      <LinesField
        label={t('clients.callbackUrls')}
        hint={t('clients.callbackUrlsHint')}
        name="callbackUrls"
        value={draft.callbackUrls}
        error={errorOf('callbackUrls')}
        onValue={(callbackUrls) => onChange({ callbackUrls })}
      />
    </>
  );
}
