import { useSignal } from '@preact/signals';
import type { Person, ProfileView } from '#api';
import { changeProfile, getProfile } from '#web/api/account.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Select } from '#web/components/select.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { LANGUAGES, t } from '#web/locales/locales.ts';
import { loadSession } from '#web/session.ts';
import { useLoaded, useTask } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { Email } from './email.tsx';
import { Picture } from './picture.tsx';
import styles from './profile.module.css';

export function ProfilePage() {
  return (
    <SettingsFrame title={t('profile.title')} intro={t('profile.intro')}>
      {(user) => <Profile user={user} />}
    </SettingsFrame>
  );
}

function Profile({ user }: { user: Person }) {
  const { value, problem, reload } = useLoaded(getProfile);
  if (problem) {
    return <ProblemNotice problem={problem} />;
  }
  return (
    <>
      <Section title={t('profile.you')} text={t('profile.youText', { username: user.username })}>
        {value ? (
          <>
            <Picture profile={value} onChanged={reload} />
            <ProfileForm profile={value} />
          </>
        ) : (
          <Skeleton rows={['control', 'control', 'control']} />
        )}
      </Section>
      {value && <Email profile={value} onChanged={reload} />}
    </>
  );
}

const BROWSER = 'browser';
type Choice = NonNullable<ProfileView['language']> | typeof BROWSER;

function ProfileForm({ profile }: { profile: ProfileView }) {
  const { busy, problem, run } = useTask();
  const isSaved = useSignal(false);
  const displayName = useSignal(profile.displayName);
  const language = useSignal<Choice>(profile.language ?? BROWSER);
  const save = () =>
    run(async () => {
      isSaved.value = false;
      await changeProfile({
        displayName: displayName.value,
        language: language.value === BROWSER ? null : language.value,
      });
      await loadSession();
      isSaved.value = true;
    });

  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={t('details.name')}
        name="displayName"
        value={displayName.value}
        error={problem.value?.field === 'displayName' ? problem.value.title : undefined}
        input={{ required: true, maxLength: 100, autocomplete: 'name' }}
        onValue={(value) => {
          displayName.value = value;
        }}
      />
      <Select
        label={t('profile.language')}
        name="language"
        value={language.value}
        hint={t('profile.languageHint')}
        options={[[BROWSER, t('profile.languageOfBrowser')], ...LANGUAGES]}
        onValue={(value) => {
          language.value = value;
        }}
      />
      <ProblemNotice problem={problem.value?.field ? null : problem.value} />
      <div class={styles.actions}>
        <Button type="submit" busy={busy.value}>
          {t('common.save')}
        </Button>
        <Notice tone="quiet">{isSaved.value && t('common.saved')}</Notice>
      </div>
    </form>
  );
}
