import { useSignal } from '@preact/signals';
import type { ClientView, CreatedSecret } from '#api';
import { createSecret } from '#web/api/clients.ts';
import { Button } from '#web/components/button.tsx';
import dialog from '#web/components/dialog.module.css';
import { Field } from '#web/components/field.tsx';
import { Modal } from '#web/components/modal.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Select } from '#web/components/select.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { SecretShown } from './secret-shown.tsx';

type Props = { client: ClientView; onMade: () => void };

export function NewSecret({ client, onMade }: Props) {
  const isOpen = useSignal(false);
  const made = useSignal<CreatedSecret | null>(null);
  return (
    <>
      <Button
        kind="plain"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {t('clients.newSecret')}
      </Button>
      {isOpen.value && (
        <Modal
          title={t(made.value ? 'clients.secretMade' : 'clients.newSecret')}
          onClose={() => {
            isOpen.value = false;
            made.value = null;
          }}
        >
          {(close) =>
            made.value ? (
              <SecretShown clientId={client.id} secret={made.value} onClose={close} />
            ) : (
              <SecretForm
                client={client}
                onCancel={close}
                onMade={(secret) => {
                  made.value = secret;
                  onMade();
                }}
              />
            )
          }
        </Modal>
      )}
    </>
  );
}

const OVERLAPS = [
  ['', 'clients.others.stay'],
  ['86400', 'clients.others.day'],
  ['604800', 'clients.others.week'],
  ['0', 'clients.others.now'],
] as const;

type Overlap = (typeof OVERLAPS)[number][0];
type FormProps = {
  client: ClientView;
  onCancel: () => void;
  onMade: (secret: CreatedSecret) => void;
};

function SecretForm({ client, onCancel, onMade }: FormProps) {
  const { busy, problem, run } = useTask();
  const day = useSignal('');
  const overlap = useSignal<Overlap>('');
  const create = () =>
    run(async () => {
      // "Ends on" a day means that the whole day still counts.
      const expiresAt = day.value ? new Date(`${day.value}T23:59:59`).toISOString() : null;
      const othersEndIn = overlap.value === '' ? null : Number(overlap.value);
      onMade(await createSecret(client.id, { expiresAt, othersEndIn }));
    });
  const isBlamed = problem.value?.field === 'expiresAt';

  return (
    <form
      class={dialog.body}
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <Field
        label={t('clients.secretExpires')}
        note={t('invite.optional')}
        name="expiresAt"
        value={day.value}
        error={isBlamed ? problem.value?.title : undefined}
        input={{ type: 'date' }}
        onValue={(value) => {
          day.value = value;
        }}
      />
      {client.secrets.length > 0 && (
        <Select
          label={t('clients.others')}
          hint={t('clients.othersHint')}
          name="othersEndIn"
          value={overlap.value}
          options={OVERLAPS.map(([value, label]) => [value, t(label)] as const)}
          onValue={(value) => {
            overlap.value = value;
          }}
        />
      )}
      <ProblemNotice problem={isBlamed ? null : problem.value} />
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
