import type { ProfileView } from '#api';
import { changePicture, removePicture } from '#web/api/account.ts';
import { Avatar } from '#web/components/avatar.tsx';
import { ImagePicker } from '#web/components/image-picker.tsx';
import type { Frame } from '#web/image-file.ts';
import { t } from '#web/locales/locales.ts';
import { loadSession } from '#web/session.ts';

/** Twice as sharp as the largest place where it is shown. */
const FRAME: Frame = { width: 320, height: 320, fit: 'cover', type: 'image/webp' };

export function Picture({ profile, onChanged }: { profile: ProfileView; onChanged: () => void }) {
  const change = async (work: Promise<void>) => {
    await work;
    await loadSession();
    onChanged();
  };
  return (
    <ImagePicker
      label={t('profile.picture')}
      hint={t('profile.pictureHint')}
      frame={FRAME}
      hasImage={profile.pictureUrl !== null}
      onPicked={(image) => change(changePicture(image))}
      onRemoved={() => change(removePicture())}
    >
      <Avatar person={profile} large />
    </ImagePicker>
  );
}
