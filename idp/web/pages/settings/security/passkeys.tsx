import { useSignal } from '@preact/signals';
import type { PasskeyView } from '#api';
import { addPasskey, getAdditionOptions, listPasskeys, removePasskey } from '#web/api/account.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { withFreshPasskey } from '#web/components/step-up.ts';
import { formatTime, t } from '#web/locales/locales.ts';
import { createPasskey } from '#web/new-passkey.ts';
import { findPasskeyTrouble } from '#web/passkey.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { RenameDialog } from './rename-dialog.tsx';

type Opened = { what: 'rename' | 'remove'; passkey: PasskeyView };

export function Passkeys() {
  const { value, problem, reload } = useLoaded(listPasskeys);
  const task = useTask();
  const opened = useSignal<Opened | null>(null);
  const blocked = findPasskeyTrouble('create');
  const add = () =>
    task.run(async () => {
      await addPasskey(await createPasskey(await withFreshPasskey(getAdditionOptions)));
      reload();
    });

  return (
    <Section
      title={t('passkeys.title')}
      text={t('passkeys.text')}
      action={
        <Button kind="plain" busy={task.busy.value} disabled={blocked !== null} onClick={add}>
          {t('passkeys.add')}
        </Button>
      }
    >
      <ProblemNotice problem={blocked ?? problem ?? task.problem.value} />
      {value ? <List passkeys={value} onOpen={(what) => (opened.value = what)} /> : <Loading />}
      {opened.value && (
        <Dialog
          {...opened.value}
          isLast={value?.length === 1}
          onChanged={reload}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </Section>
  );
}

function Loading() {
  return <Skeleton rows={['line', 'line']} />;
}

function List({ passkeys, onOpen }: { passkeys: PasskeyView[]; onOpen: (what: Opened) => void }) {
  if (passkeys.length === 0) {
    return <Notice>{t('passkeys.none')}</Notice>;
  }
  return (
    <Rows>
      {passkeys.map((passkey) => (
        <Row
          key={passkey.id}
          name={passkey.name}
          badges={[t(passkey.synced ? 'passkeys.synced' : 'passkeys.deviceOnly')]}
          facts={[
            t('passkeys.created', { date: formatTime(passkey.createdAt) }),
            passkey.lastUsedAt
              ? t('passkeys.used', { date: formatTime(passkey.lastUsedAt) })
              : t('passkeys.neverUsed'),
          ]}
          actions={
            <>
              <Button
                kind="quiet"
                label={t('passkeys.renameOf', { name: passkey.name })}
                onClick={() => onOpen({ what: 'rename', passkey })}
              >
                {t('passkeys.rename')}
              </Button>
              <Button
                kind="quiet"
                label={t('passkeys.removeOf', { name: passkey.name })}
                onClick={() => onOpen({ what: 'remove', passkey })}
              >
                {t('passkeys.remove')}
              </Button>
            </>
          }
        />
      ))}
    </Rows>
  );
}

type DialogProps = Opened & { isLast: boolean; onChanged: () => void; onClose: () => void };

function Dialog({ what, passkey, isLast, onChanged, onClose }: DialogProps) {
  if (what === 'rename') {
    return <RenameDialog passkey={passkey} onChanged={onChanged} onClose={onClose} />;
  }
  return (
    <ConfirmDialog
      title={t('passkeys.removeTitle', { name: passkey.name })}
      text={t(isLast ? 'passkeys.removeLastText' : 'passkeys.removeText')}
      confirm={t('passkeys.remove')}
      onConfirm={async () => {
        await withFreshPasskey(() => removePasskey(passkey.id, isLast));
        onChanged();
      }}
      onClose={onClose}
    />
  );
}
