/** Where it is said why somebody may open an application, or why not. */
export function accessPath(userId: string, clientId: string): string {
  return `/settings/admin/users/${userId}?application=${encodeURIComponent(clientId)}`;
}
