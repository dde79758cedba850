import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import type {
  ConsentView,
  EmailVerificationView,
  OwnSession,
  PasskeyView,
  ProfileInput,
  ProfileView,
} from '#api';
import { request } from '#web/api/request.ts';

export const getProfile = () => request<ProfileView>('GET', '/api/account');
export const changeProfile = (change: ProfileInput) =>
  request<ProfileView>('PATCH', '/api/account', change);

export const changePicture = (image: Blob) => request<void>('PUT', '/api/account/picture', image);
export const removePicture = () => request<void>('DELETE', '/api/account/picture');

/** The address counts once the link that is mailed to it was used. */
export const requestEmail = (email: string) =>
  request<void>('POST', '/api/account/email', { email });

export const getEmailVerification = (token: string) =>
  request<EmailVerificationView>('GET', verificationPath(token));
export const confirmEmail = (token: string) => request<void>('POST', verificationPath(token));
export const listConsents = () => request<ConsentView[]>('GET', '/api/account/consents');
export const revokeConsent = (clientId: string) =>
  request<void>('DELETE', `/api/account/consents/${encodeURIComponent(clientId)}`);
export const listPasskeys = () => request<PasskeyView[]>('GET', '/api/account/passkeys');
export const getAdditionOptions = () =>
  request<PublicKeyCredentialCreationOptionsJSON>('POST', '/api/account/passkeys/options');
export const addPasskey = (credential: RegistrationResponseJSON) =>
  request<PasskeyView>('POST', '/api/account/passkeys', { credential });
export const renamePasskey = (id: string, name: string) =>
  request<PasskeyView>('PATCH', `/api/account/passkeys/${encodeURIComponent(id)}`, { name });
export const removePasskey = (id: string, evenLast: boolean) =>
  request<void>('DELETE', `/api/account/passkeys/${encodeURIComponent(id)}?evenLast=${evenLast}`);
export const listOwnSessions = () => request<OwnSession[]>('GET', '/api/account/sessions');
export const endOwnSession = (id: string) => request<void>('DELETE', `/api/account/sessions/${id}`);
export const endOtherSessions = () => request<void>('DELETE', '/api/account/sessions');

function verificationPath(token: string): string {
  return `/api/email-verifications/${encodeURIComponent(token)}`;
}
