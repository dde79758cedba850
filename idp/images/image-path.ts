/** Where an image is found, below `APP_URL`. */
export function toImagePath(name: string): string {
  return `/images/${name}`;
}
